import { Cursor } from '../../core/bytes/cursor.ts';
import { rangesOf } from '../../core/sequence-ranges.ts';
import { CHECKSUM_BYTES } from '../../format/block/record.ts';
import type { BlockIndex } from '../../format/block-index/types.ts';
import { STORE_FILE_MAGIC } from '../../format/file-magic.ts';

/** What an index told of a block. */
export type KnownBlock = Pick<BlockIndex, 'messages' | 'firstSeq' | 'lastSeq' | 'deleted'>;

/**
 * What stays in a server's memory of an `.idx` that it gives up half way (readIndexInfo): as much as it had read. null
 * where that is nothing.
 */
export function readBrokenBlockIndex(bytes: Uint8Array): KnownBlock | null {
  const cursor = new Cursor(bytes);
  const [magic, version] = [cursor.u8(), cursor.u8()];
  if (magic !== STORE_FILE_MAGIC || version < 1 || version > 2) return null;
  const whole = (value: bigint): bigint => (cursor.isShort ? 0n : value);
  const messages = whole(cursor.uvarint());
  cursor.uvarint();
  const firstSeq = whole(cursor.uvarint());
  cursor.varint();
  const lastSeq = whole(cursor.uvarint());
  cursor.varint();
  const numDeleted = whole(cursor.uvarint());
  cursor.borrow(CHECKSUM_BYTES);
  const isConsistent = !cursor.isShort && version === 1 && messages === lastSeq - firstSeq + 1n - numDeleted;
  const deleted = isConsistent ? deletedIn(cursor, numDeleted, firstSeq) : new BigUint64Array(0);
  return firstSeq === 0n && lastSeq === 0n ? null : { messages, firstSeq, lastSeq, deleted };
}

/** Up to where the list is cut. */
function deletedIn(cursor: Cursor, count: bigint, firstSeq: bigint): BigUint64Array {
  const seqs: bigint[] = [];
  for (let i = 0n; i < count; i++) {
    const distance = cursor.uvarint();
    if (cursor.isShort || distance === 0n) break;
    seqs.push(firstSeq + distance);
  }
  return rangesOf(BigUint64Array.from(seqs));
}
