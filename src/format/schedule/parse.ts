import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import { readTimeFileHead } from '../time-file-head.ts';
import type { ScheduleFile } from './types.ts';

/** Reads sched.db (server: scheduler encode). */
export function parseSchedule(bytes: Uint8Array): Result<ScheduleFile, Fault> {
  const cursor = new Cursor(bytes);
  const head = readTimeFileHead(cursor, 4n);
  if (head === null) return failed({ code: 'SCHED_CORRUPT', offsetBytes: 0 });
  const { count, stamp } = head;
  const seqs = new BigUint64Array(count);
  const nextNs = new BigInt64Array(count);
  const subjects: Uint8Array[] = [];
  for (let i = 0; i < seqs.length; i++) {
    subjects.push(cursor.borrow(cursor.u16()));
    nextNs[i] = cursor.varint();
    seqs[i] = cursor.uvarint();
  }
  if (cursor.isShort) return failed({ code: 'SCHED_CORRUPT', offsetBytes: bytes.length });
  return ok({ stamp, seqs, nextNs, subjects });
}
