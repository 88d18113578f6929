import type { PackedRanges } from '../../../core/packed-ranges.ts';
import { packedUpTo } from '../../../core/packed-sets.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import { asParts, subtractParts, unitePacked } from '../../../core/sequence-part-sets.ts';
import { oneRange } from '../../../core/sequence-ranges.ts';
import { checkIndexSum, parseIndex } from '../../../format/index/parse.ts';
import type { StreamIndex } from '../../../format/index/types.ts';
import { packedLive } from '../../../model/live-set.ts';
import { readEntry } from '../../../model/read-entry.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { ReadBlock } from '../blocks/block-damage.ts';
import { entryAt } from '../../../container/entry.ts';

/** Messages that an index lists as live in one block. */
export interface Listing {
  readonly file: string;
  readonly isMissing: boolean;
  /** The index is old, and a limit or a purge may have removed the block since. */
  readonly isDoubtful: boolean;
  readonly seqs: PackedRanges;
}

/** What the index files of a stream prove. */
export interface IndexProofs {
  readonly deleted: SequenceParts;
  readonly listed: readonly Listing[];
  /** The last sequence they know; 0n where they know none. */
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
}

const MOST_INDEX_BYTES = 1024 * 1024 * 1024;

/** index.db, where its sum fits one of the names; zeros may stand behind it, as a page that was never written has them. */
export function findIndex(archive: StreamArchive, names: readonly string[]): StreamIndex | null {
  const { parts } = archive;
  if (archive.index !== null) return archive.index;
  const entry = entryAt(parts, 'msgs/index.db');
  const bytes = entry === undefined ? null : readEntry(entry, MOST_INDEX_BYTES);
  if (bytes === null) return null;
  const whole = [bytes, ...withoutZeros(bytes)].find((one) => names.some((name) => checkIndexSum(one, name)));
  const parsed = whole === undefined ? null : parseIndex(whole);
  return parsed?.ok === true ? parsed.value : null;
}

const SUM_BYTES = 8;

/** What stands before the zeros that a file ends with; its sum may end with some of them. */
function withoutZeros(bytes: Uint8Array): readonly Uint8Array[] {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const zeros = Math.min(SUM_BYTES, bytes.length - end);
  return Array.from({ length: zeros }, (_, i) => bytes.subarray(0, end + i));
}

/**
 * A deleted sequence stays deleted: what an index does not list as live below its last sequence is proven gone, however
 * old the index is. What it lists is a promise.
 */
export function proofsOfIndex(
  index: StreamIndex,
  isOld: boolean,
  folder: string,
  blocks: readonly ReadBlock[],
): IndexProofs {
  const owned = new Set(
    blocks.filter(({ block }) => block.scan.records > 0).map(({ block }) => block.owner.number),
  );
  // A server that removes what a block holds removes its file too: one that is there lost it.
  const unread = blocks.filter(({ block }) => block.scan.records === 0).map(({ block }) => block);
  const isThere = new Set(unread.map(({ file }) => file.index));
  const isDamaged = new Set(unread.filter(({ scan }) => scan.rawBytes > 0).map(({ file }) => file.index));
  const lowest = blocks.reduce(
    (seq, { content }) => (content.lowSeq > 0n && content.lowSeq < seq ? content.lowSeq : seq),
    index.lastSeq + 1n,
  );
  return {
    deleted: calledDeleted(index),
    listed: index.blocks.map((block) => ({
      file: `${folder}msgs/${block.index}.blk`,
      isMissing: !owned.has(block.index) && !isDamaged.has(block.index),
      isDoubtful: isOld && !owned.has(block.index) && !isThere.has(block.index) && block.lastSeq < lowest,
      seqs: packedUpTo(packedLive(block), index.lastSeq),
    })),
    lastSeq: index.lastSeq,
    lastTimeNs: index.lastTimeNs,
  };
}

/** What an index does not list as live up to its last sequence. */
export function calledDeleted(index: StreamIndex): SequenceParts {
  const live = unitePacked(index.blocks.map(packedLive));
  return subtractParts(asParts(oneRange(1n, index.lastSeq)), live);
}
