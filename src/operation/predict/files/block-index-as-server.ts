import { Cursor } from '../../../core/bytes/cursor.ts';
import { packRanges } from '../../../core/packed-ranges.ts';
import { NO_PACKED } from '../../../core/packed-sets.ts';
import { rangesOf } from '../../../core/sequence-ranges.ts';
import { CHECKSUM_BYTES, ERASED_BIT } from '../../../format/block/record.ts';
import type { IndexBlock } from '../../../format/index/types.ts';
import { STORE_FILE_MAGIC } from '../../../format/file-magic.ts';
import { parseSequenceSet } from '../../../format/sequence-set/parse.ts';

/** What an index tells of a block: `.idx`, or an entry of index.db. */
export type KnownBlock = Pick<
  IndexBlock,
  'firstSeq' | 'firstTimeNs' | 'lastSeq' | 'lastTimeNs' | 'deleted'
> & { readonly messages: bigint };

/** An `.idx` as a server takes it. */
export interface TakenBlockIndex extends KnownBlock {
  /** The last 8 bytes of the block it was made for; null where the server gave the file up half way. */
  readonly lastChecksum: Uint8Array | null;
}

/**
 * What a server reads of an `.idx` (readIndexInfo), more lenient than our own parser: a list of deletes that is cut
 * counts as far as it goes, and of a file that is given up stays in memory what had been read. null where that is
 * nothing.
 */
export function readBlockIndexAsServer(bytes: Uint8Array): TakenBlockIndex | null {
  const cursor = new Cursor(bytes);
  const [magic, version] = [cursor.u8(), cursor.u8()];
  if (magic !== STORE_FILE_MAGIC || version < 1 || version > 2) return null;
  const whole = (value: bigint): bigint => (cursor.isShort ? 0n : value);
  const sequence = (): bigint => whole(cursor.uvarint() & ~ERASED_BIT);
  const messages = sequence();
  sequence();
  const firstSeq = sequence();
  const firstTimeNs = whole(cursor.varint());
  const lastSeq = sequence();
  const lastTimeNs = whole(cursor.varint());
  const numDeleted = sequence();
  const lastChecksum = Uint8Array.from(cursor.borrow(CHECKSUM_BYTES));
  const head = { messages, firstSeq, firstTimeNs, lastSeq, lastTimeNs };
  if (firstSeq === 0n && lastSeq === 0n) return null;
  const isConsistent = messages === BigInt.asUintN(64, lastSeq - firstSeq + 1n - numDeleted);
  if (cursor.isShort || !isConsistent) return { ...head, deleted: NO_PACKED, lastChecksum: null };
  if (numDeleted === 0n || version === 1)
    return { ...head, deleted: packRanges(deletedIn(cursor, numDeleted, firstSeq)), lastChecksum };
  const set = parseSequenceSet(cursor);
  if (set === null) return { ...head, deleted: NO_PACKED, lastChecksum: null };
  return { ...head, deleted: packRanges(set.ranges), lastChecksum };
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
