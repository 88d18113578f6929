import { packRanges, unpackRanges, type PackedRanges } from '../../core/packed-ranges.ts';
import { RangeBuilder } from '../../core/range-builder.ts';
import { SequenceParts, type WindowSize } from '../../core/sequence-parts.ts';
import {
  clipRanges,
  countSequences,
  eachRange,
  intersectRanges,
  mergeRanges,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { SubjectMapping } from '../../core/subject-map.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import { fingerprintReader, type FingerprintReader } from './fingerprints-of-side.ts';
import type { Side } from './side.ts';

/** Where the messages of two sides differ. */
export interface MessageSets {
  readonly onlyA: SequenceParts;
  readonly onlyB: SequenceParts;
  readonly changed: SequenceParts;
  readonly same: bigint;
}

/** How much of a side is compared at a time: fingerprints of 4 MiB, sets of 2 MiB. */
const WINDOW: WindowSize = { sequences: 1 << 19, pairs: 1 << 17 };

/**
 * Compares the live messages of two sides, window by window: by sequence, then by fingerprint where they do not lie in
 * equal blocks. null where a side's messages cannot be read. Throws SourceError, CancelledError.
 */
export async function compareMessages(
  a: Side,
  b: Side,
  mappings: readonly SubjectMapping[],
): Promise<MessageSets | null> {
  if (a.live === null || b.live === null) return null;
  const equal = mappings.length > 0 ? [] : equalBlocks(a, b);
  const readers = [fingerprintReader(a, mappings), fingerprintReader(b, [])] as const;
  const found = { onlyA: [], onlyB: [], changed: [] } as Record<
    'onlyA' | 'onlyB' | 'changed',
    PackedRanges[]
  >;
  let same = 0n;
  try {
    for (const [from, to] of windowsOf(a.live, b.live)) {
      const [inA, inB] = [a.live.within(from, to), b.live.within(from, to)];
      const common = intersectRanges(inA, inB);
      const open = subtractRanges(common, inEqualBlocks(equal, from, to));
      const changed = open.length === 0 ? NO_SEQUENCES : await unequal(open, ...readers);
      found.onlyA.push(packRanges(subtractRanges(inA, inB)));
      found.onlyB.push(packRanges(subtractRanges(inB, inA)));
      found.changed.push(packRanges(changed));
      same += countSequences(common) - countSequences(changed);
    }
  } finally {
    for (const reader of readers) reader.close();
  }
  const { onlyA, onlyB, changed } = found;
  return {
    onlyA: new SequenceParts(onlyA),
    onlyB: new SequenceParts(onlyB),
    changed: new SequenceParts(changed),
    same,
  };
}

/** Stretches of sequences from the lowest to the highest of both sides. */
function* windowsOf(a: SequenceParts, b: SequenceParts): Generator<readonly [bigint, bigint]> {
  for (let from = 0n; ;) {
    const ends = [a.windowEnd(from, WINDOW), b.windowEnd(from, WINDOW)].filter((end) => end !== null);
    const [one, other = one] = ends;
    if (one === undefined || other === undefined) return;
    const to = one < other ? one : other;
    yield [from, to];
    from = to + 1n;
  }
}

type TwinSets = readonly (readonly [BlockLiveSet, BlockLiveSet])[];

/** Blocks that hold the same bytes on both sides: two that are the same as the first side's are the same. */
function equalBlocks(a: Side, b: Side): TwinSets {
  const ofB = new Map((b.evidence?.sets ?? []).map((set) => [set.block.index, set]));
  return (a.evidence?.sets ?? []).flatMap((set) => {
    const { index } = set.block;
    const other = a.twinBlocks.has(index) && b.twinBlocks.has(index) ? ofB.get(index) : undefined;
    return other === undefined ? [] : [[set, other] as const];
  });
}

/** Messages that both sides take from equal blocks, within from..to. */
function inEqualBlocks(equal: TwinSets, from: bigint, to: bigint): SequenceRanges {
  const here = equal.filter(([{ live }]) => live.first <= to && live.last >= from);
  const sets = here.map(([a, b]) => intersectRanges(unpackRanges(a.live), unpackRanges(b.live)));
  return clipRanges(mergeRanges(sets), from, to);
}

async function unequal(
  open: SequenceRanges,
  readerA: FingerprintReader,
  readerB: FingerprintReader,
): Promise<SequenceRanges> {
  // One behind the other: each uses all threads, and a thread costs its memory.
  const a = await readerA.of(open);
  const b = await readerB.of(open);
  if (Buffer.compare(bytesOf(a), bytesOf(b)) === 0) return NO_SEQUENCES;
  const changed = new RangeBuilder();
  let rank = 0;
  for (const [from, to] of eachRange(open))
    for (let seq = from; seq <= to; seq++, rank++) {
      if (a[rank] !== b[rank]) changed.add(seq, seq);
    }
  return changed.take();
}

function bytesOf(prints: BigUint64Array): Uint8Array {
  return new Uint8Array(prints.buffer, prints.byteOffset, prints.byteLength);
}
