import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import type { ScheduleFile } from './types.ts';

const VERSION = 1;

/** Reads sched.db (server: scheduler encode). */
export function parseSchedule(bytes: Uint8Array): Result<ScheduleFile, Fault> {
  const cursor = new Cursor(bytes);
  const version = cursor.u8();
  const count = cursor.u64();
  const stamp = cursor.u64();
  if (version !== VERSION || count * 4n > BigInt(cursor.remainingBytes))
    return failed({ code: 'SCHED_CORRUPT', offsetBytes: 0 });
  const seqs = new BigUint64Array(Number(count));
  const nextNs = new BigInt64Array(Number(count));
  const subjects: Uint8Array[] = [];
  for (let i = 0; i < seqs.length; i++) {
    subjects.push(cursor.borrow(cursor.u16()));
    nextNs[i] = cursor.varint();
    seqs[i] = cursor.uvarint();
  }
  if (cursor.isShort) return failed({ code: 'SCHED_CORRUPT', offsetBytes: bytes.length });
  return ok({ stamp, seqs, nextNs, subjects });
}
