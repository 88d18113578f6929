import { Cursor } from '../../core/bytes/cursor.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import { rangesOf } from '../../core/sequence-ranges.ts';
import type { Fault } from '../../findings/finding.ts';
import { parseSequenceSet } from '../sequence-set/parse.ts';
import type { BlockIndex } from './types.ts';
import { STORE_FILE_MAGIC } from '../file-magic.ts';

/** Reads `N.idx`, version 1 (list) or 2 (sequence set). Bytes behind the last delete are left-overs of older writes. */
export function parseBlockIndex(bytes: Uint8Array): Result<BlockIndex, Fault> {
  const cursor = new Cursor(bytes);
  const magic = cursor.u8();
  const version = cursor.u8();
  const head = {
    messages: cursor.uvarint(),
    bytes: cursor.uvarint(),
    firstSeq: cursor.uvarint(),
    firstTimeNs: cursor.varint(),
    lastSeq: cursor.uvarint(),
    lastTimeNs: cursor.varint(),
  };
  const numDeleted = cursor.count();
  const lastChecksum = cursor.borrow(8).slice();
  if (magic !== STORE_FILE_MAGIC || version < 1 || version > 2) return corrupt('magic or version');
  if (cursor.isShort) return corrupt('cut');
  const deleted =
    numDeleted === 0 ? new BigUint64Array(0) : parseDeleted(cursor, version, numDeleted, head.firstSeq);
  if (deleted === null) return corrupt('deletes');
  if (head.messages !== head.lastSeq - head.firstSeq + 1n - BigInt(numDeleted)) return corrupt('totals');
  return ok({ ...head, deleted, lastChecksum });
}

function corrupt(what: string): Result<never, Fault> {
  return failed({ code: 'BIX_CORRUPT', data: { what } });
}

function parseDeleted(
  cursor: Cursor,
  version: number,
  count: number,
  firstSeq: bigint,
): BigUint64Array | null {
  if (version === 2) return parseSequenceSet(cursor)?.ranges ?? null;
  if (count > cursor.remainingBytes) return null;
  const seqs = new BigUint64Array(count);
  for (let i = 0; i < count; i++) {
    const distance = cursor.uvarint();
    if (cursor.isShort) return null;
    if (distance === 0n) return rangesOf(seqs.subarray(0, i));
    seqs[i] = firstSeq + distance;
  }
  return rangesOf(seqs);
}
