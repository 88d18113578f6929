import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import type { TtlWheel } from './types.ts';

const VERSION = 1;

/** Reads thw.db (server: thw.Encode). */
export function parseTtlWheel(bytes: Uint8Array): Result<TtlWheel, Fault> {
  const cursor = new Cursor(bytes);
  const version = cursor.u8();
  const count = cursor.u64();
  const stamp = cursor.u64();
  if (version !== VERSION || count * 2n > BigInt(cursor.remainingBytes))
    return failed({ code: 'THW_CORRUPT', offsetBytes: 0 });
  const seqs = new BigUint64Array(Number(count));
  const expiresNs = new BigInt64Array(Number(count));
  for (let i = 0; i < seqs.length; i++) {
    expiresNs[i] = cursor.varint();
    seqs[i] = cursor.uvarint();
  }
  return cursor.isShort
    ? failed({ code: 'THW_CORRUPT', offsetBytes: bytes.length })
    : ok({ stamp, seqs, expiresNs });
}
