import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { areSamePacked, NO_PACKED } from '../../core/packed-sets.ts';
import {
  countSequences,
  intersectRanges,
  mergeRanges,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { MissingMessages } from '../loss/stream-losses.ts';
import type { LaterRead } from './walks/later-reads.ts';
import type { ServedStream } from './start.ts';

/** How many messages a server that has started does not have, or loses later. What limits take is no loss. */
export interface ServedLosses {
  /** Neither counted nor given out. */
  readonly lost: bigint;
  /** Counted, and not given out. */
  readonly unread: bigint;
  /** Whole, and cut off once their block is read. */
  readonly cut: bigint;
  /** In so many blocks. */
  readonly cutBlocks: number;
}

/** Of what is live by the files, and what is missing of it, nothing else: what a server revives makes up for nothing. */
export function servedLosses(
  served: ServedStream,
  { live, sets }: StreamEvidence,
  missing: MissingMessages,
  later: readonly LaterRead[],
): ServedLosses {
  const liveIn = (seqs: SequenceRanges): SequenceRanges => subtractRanges(seqs, live.missing(seqs));
  const gone = mergeRanges([notOpened(served, sets), liveIn(served.cut)]);
  const held = missing.messages === 0n ? 0n : countHeld(served, missing.ranges);
  const without = missing.messages > held ? missing.messages - held : 0n;
  const unread = mergeRanges(later.map((read) => read.unread));
  const cut = subtractRanges(mergeRanges(later.map((read) => read.cut)), unread);
  const cutWhole = subtractRanges(liveIn(cut), missing.ranges);
  const damaged = mergeRanges([unread, intersectRanges(cut, missing.ranges)]);
  return {
    lost: countSequences(subtractRanges(gone, missing.ranges)) + without,
    unread: countSequences(mergeRanges([liveIn(damaged), intersectRanges(damaged, missing.ranges)])),
    cut: countSequences(cutWhole),
    cutBlocks: later.filter((read) => intersectRanges(read.cut, cutWhole).length > 0).length,
  };
}

/** What is live by the files of blocks in which the server found something else, and that it found nowhere. */
function notOpened({ opened }: ServedStream, sets: StreamEvidence['sets']): SequenceRanges {
  const found = new Map(opened.blocks.map(({ block, live }) => [block.entry.path, live]));
  const own = new Map(sets.map(({ block, live }) => [block.entry.path, live]));
  const isOther = (path: string): boolean =>
    !areSamePacked(found.get(path) ?? NO_PACKED, own.get(path) ?? NO_PACKED);
  const wanted = sets.filter(({ block }) => isOther(block.entry.path));
  const others = opened.blocks.filter(({ block }) => isOther(block.entry.path));
  const ofBlocks = (blocks: readonly { readonly live: typeof NO_PACKED }[]): SequenceRanges =>
    mergeRanges(blocks.map(({ live }) => unpackRanges(live)));
  return subtractRanges(ofBlocks(wanted), ofBlocks(others));
}

/** How many of `seqs` the server opened the stream with, and did not cut off. */
function countHeld({ opened, cut }: ServedStream, seqs: SequenceRanges): bigint {
  const held = opened.blocks.map(({ live }) => intersectRanges(unpackRanges(live), seqs));
  return countSequences(subtractRanges(mergeRanges(held), cut));
}
