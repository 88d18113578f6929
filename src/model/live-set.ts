import { oncePer } from '../core/once-per.ts';
import { packRanges, unpackRanges, type PackedRanges } from '../core/packed-ranges.ts';
import {
  MAX_SEQUENCE,
  clipRanges,
  countSequences,
  eachRange,
  intersectRanges,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../core/sequence-ranges.ts';
import type { IndexBlock } from '../format/index/types.ts';
import type { PackedScan } from '../kernels/types.ts';
import type { BlockFile, StrayBlockIndex, StreamArchive } from './stream-archive.ts';

/** Which messages of a block a server would serve, and which of them the block really holds. */
export interface BlockLiveSet {
  readonly block: BlockFile;
  readonly scan: PackedScan;
  /** Live by index.db, `.idx` or tombstones, whether their records are good or not; null where nothing tells. */
  readonly expected: PackedRanges | null;
  /** Live and with a good record. */
  readonly live: PackedRanges;
  /** There are good records of messages that are not live any more. */
  readonly hasDead: boolean;
}

/** The sequences that index.db counts as live in one block. */
export function indexedLive(block: IndexBlock): SequenceRanges {
  return subtractRanges(oneRange(block.firstSeq, block.lastSeq), unpackRanges(block.deleted));
}

/** The sequences that the `.idx` of a block that is not there counts as live. */
export function strayLive({ held }: StrayBlockIndex): SequenceRanges {
  return subtractRanges(oneRange(held.firstSeq, held.lastSeq), held.deleted);
}

/** The same at rest, worked out once for each block. */
export const packedLive: (block: IndexBlock) => PackedRanges = oncePer((block: IndexBlock) =>
  packRanges(indexedLive(block)),
);

/** Applies index.db where it is current, else the `.idx` files, else tombstones (format/block/README.md). */
export function liveSets(archive: StreamArchive, scans: ReadonlyMap<number, PackedScan>): BlockLiveSet[] {
  const sets: BlockLiveSet[] = [];
  const usable = archive.indexStanding === 'current' ? archive.index : null;
  const tombstones = usable === null ? allTombstones(scans) : NO_SEQUENCES;
  const indexed = usable === null ? null : new Map(usable.blocks.map((block) => [block.index, block]));
  let above = 0n;
  for (const block of archive.blocks) {
    const scan = scans.get(block.index);
    if (scan === undefined) continue;
    const expected = expectedLive(block, indexed);
    if (expected === null && tombstones.length === 0 && scan.ranges.first > above) {
      sets.push({ block, scan, expected, live: scan.ranges, hasDead: false });
      above = scan.lastSeq;
      continue;
    }
    const good = unpackRanges(scan.ranges);
    const rising = scan.ranges.first > above ? good : clipRanges(good, above + 1n, MAX_SEQUENCE);
    const live = subtractRanges(expected === null ? rising : intersectRanges(rising, expected), tombstones);
    sets.push(liveSet(block, scan, live, expected));
    if (scan.lastSeq > above) above = scan.lastSeq;
  }
  return sets;
}

/** A block with its live messages, packed. */
export function liveSet(
  block: BlockFile,
  scan: PackedScan,
  live: SequenceRanges,
  expected: SequenceRanges | null,
): BlockLiveSet {
  const packed = packRanges(live);
  const hasDead = packed.count < scan.ranges.count;
  return {
    block,
    scan,
    expected: expected === null ? null : packRanges(expected),
    live: hasDead ? packed : scan.ranges,
    hasDead,
  };
}

function expectedLive(
  block: BlockFile,
  indexed: ReadonlyMap<number, IndexBlock> | null,
): SequenceRanges | null {
  if (indexed !== null) {
    const listed = indexed.get(block.index);
    return listed === undefined ? NO_SEQUENCES : indexedLive(listed);
  }
  if (block.sidecar === null) return null;
  const { firstSeq, lastSeq, deleted } = block.sidecar;
  const last = block.sidecarCurrent ? lastSeq : MAX_SEQUENCE;
  return subtractRanges(oneRange(firstSeq, last), deleted);
}

/** Every sequence that a tombstone of any block names. */
export function allTombstones(scans: ReadonlyMap<number, PackedScan>): SequenceRanges {
  return mergeRanges([...scans.values()].map((scan) => rangesOf(scan.tombstoneSeqs)));
}

/** All live sequences of the stream. */
export function liveSequences(sets: readonly BlockLiveSet[]): SequenceRanges {
  return mergeRanges(sets.map((set) => unpackRanges(set.live)));
}

/** The highest sequence that any record of a block speaks of: messages, erased, skips, tombstones. */
export function highestSequence(scan: Pick<PackedScan, 'lastSeq' | 'erasedSeqs' | 'tombstoneSeqs'>): bigint {
  let highest = scan.lastSeq;
  for (const seqs of [scan.erasedSeqs, scan.tombstoneSeqs])
    for (const seq of seqs) if (seq > highest) highest = seq;
  return highest;
}

/** Drops the oldest messages until no more than `keep` are left. */
export function keepNewest(live: SequenceRanges, keep: bigint): SequenceRanges {
  let excess = countSequences(live) - keep;
  if (excess <= 0n) return live;
  for (const [from, to] of eachRange(live)) {
    const size = to - from + 1n;
    if (size > excess) return clipRanges(live, from + excess, MAX_SEQUENCE);
    excess -= size;
  }
  return NO_SEQUENCES;
}
