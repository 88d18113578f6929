import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import { readTimeFileHead } from '../time-file-head.ts';
import type { TtlWheel } from './types.ts';

/** Reads thw.db (server: thw.Encode). */
export function parseTtlWheel(bytes: Uint8Array): Result<TtlWheel, Fault> {
  const cursor = new Cursor(bytes);
  const head = readTimeFileHead(cursor, 2n);
  if (head === null) return failed({ code: 'THW_CORRUPT', offsetBytes: 0 });
  const { count, stamp } = head;
  const seqs = new BigUint64Array(count);
  const expiresNs = new BigInt64Array(count);
  for (let i = 0; i < seqs.length; i++) {
    expiresNs[i] = cursor.varint();
    seqs[i] = cursor.uvarint();
  }
  return cursor.isShort
    ? failed({ code: 'THW_CORRUPT', offsetBytes: bytes.length })
    : ok({ stamp, seqs, expiresNs });
}
