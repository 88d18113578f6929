import { isIndexOf } from '../../check/index-of-blocks.ts';
import type { IndexDeletes } from '../../check/stream-evidence.ts';
import { packRanges, unpackRanges } from '../../core/packed-ranges.ts';
import {
  intersectRanges,
  MAX_SEQUENCE,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
} from '../../core/sequence-ranges.ts';
import type { IndexBlock, StreamIndex } from '../../format/index/types.ts';
import { indexedLive, type BlockLiveSet } from '../../model/live-set.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';

/** The live messages of a stream, and what an index had to say of them. */
interface ProvenLiveSets {
  readonly sets: readonly BlockLiveSet[];
  readonly deletes: IndexDeletes | null;
}

/**
 * Leaves out what an index proves deleted that is not current. A server rebuilds from the blocks then, where deletes may have left no
 * trace, or were cut off: it has these messages again. Throws SourceError.
 */
export function withoutIndexedDeletes(archive: StreamArchive, sets: readonly BlockLiveSet[]): ProvenLiveSets {
  const { index, indexStanding, name } = archive;
  if (index === null || indexStanding === 'current') return { sets, deletes: null };
  const listed = new Map(index.blocks.map((block) => [block.index, block]));
  const kept = sets.map((set) => keptBy(index, listed.get(set.block.index), set));
  const messages = countOf(sets) - countOf(kept);
  if (messages === 0n) return { sets, deletes: null };
  const blocks = sets.map(({ block, scan }) => ({
    owner: { name, number: block.index },
    descriptor: descriptorOf(block.entry),
    scan,
  }));
  const isProven = isIndexOf(index, indexStanding, blocks);
  return { sets: isProven ? kept : sets, deletes: { isProven, messages } };
}

/** What an index does not call deleted of a block; `listed`: what it says of the block. */
function keptBy({ lastSeq }: StreamIndex, listed: IndexBlock | undefined, set: BlockLiveSet): BlockLiveSet {
  if (set.live.count === 0n || set.live.first > lastSeq) return set;
  const live = listed === undefined ? NO_SEQUENCES : indexedLive(listed);
  const kept = mergeRanges([live, oneRange(lastSeq + 1n, MAX_SEQUENCE)]);
  const left = packRanges(intersectRanges(unpackRanges(set.live), kept));
  return left.count === set.live.count ? set : { ...set, live: left, hasDead: true };
}

function countOf(sets: readonly BlockLiveSet[]): bigint {
  return sets.reduce((sum, { live }) => sum + live.count, 0n);
}
