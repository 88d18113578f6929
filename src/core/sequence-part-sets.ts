import { packRanges, unpackRanges, type PackedRanges } from './packed-ranges.ts';
import { PartsBuilder } from './parts-builder.ts';
import { RangeBuilder } from './range-builder.ts';
import { SequenceParts, type WindowSize } from './sequence-parts.ts';
import {
  eachRange,
  intersectRanges,
  MAX_SEQUENCE,
  mergeRanges,
  subtractRanges,
  type SequenceRanges,
} from './sequence-ranges.ts';

/** What is unpacked of each set at a time. */
const WINDOW: WindowSize = { sequences: Number.MAX_SAFE_INTEGER, pairs: 256 * 1024 };

/** The empty set. */
export const NO_PARTS: SequenceParts = new SequenceParts([]);

/** A set at rest. */
export function asParts(ranges: SequenceRanges): SequenceParts {
  const parts = new PartsBuilder();
  for (const [from, to] of eachRange(ranges)) parts.add(from, to);
  return parts.take();
}

/** The union of sets that may overlap. */
export function uniteParts(sets: readonly SequenceParts[]): SequenceParts {
  const filled = sets.filter((set) => set.count > 0n);
  const [only] = filled;
  if (filled.length <= 1) return only ?? NO_PARTS;
  return combined(filled, mergeRanges);
}

/** The same of packed sets, in any order; few of them overlap, or they are small. */
export function unitePacked(sets: readonly PackedRanges[]): SequenceParts {
  const rising: PackedRanges[] = [];
  const overlapping: PackedRanges[] = [];
  let last = -1n;
  for (const set of sets.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    if (set.count === 0n) continue;
    if (set.first <= last) overlapping.push(set);
    else rising.push(set);
    if (set.last > last) last = set.last;
  }
  const chain = new SequenceParts(rising);
  return overlapping.length === 0
    ? chain
    : uniteParts([chain, asParts(mergeRanges(overlapping.map((set) => unpackRanges(set))))]);
}

/** What `a` holds and `b` does not. */
export function subtractParts(a: SequenceParts, b: SequenceParts): SequenceParts {
  if (a.count === 0n || b.count === 0n) return a;
  return combined([a, b], ([own, other], out) => subtractRanges(own, other, out));
}

/** What both hold. */
export function intersectParts(a: SequenceParts, b: SequenceParts): SequenceParts {
  if (a.count === 0n || b.count === 0n) return NO_PARTS;
  return combined([a, b], ([own, other], out) => intersectRanges(own, other, out));
}

/** Whether both hold the same. */
export function areSameParts(a: SequenceParts, b: SequenceParts): boolean {
  return a.count === b.count && subtractParts(a, b).count === 0n;
}

type Two = readonly [SequenceRanges, SequenceRanges];

/** Works a set out window by window. */
function combined(
  sets: readonly SequenceParts[],
  work: (within: Two & SequenceRanges[], out: RangeBuilder) => SequenceRanges,
): SequenceParts {
  const parts: PackedRanges[] = [];
  const out = new RangeBuilder();
  let from = 0n;
  for (let end = endOf(sets, from); end !== null; end = endOf(sets, from)) {
    const to = end;
    const within = sets.map((set) => set.lend(from, to));
    parts.push(packRanges(work(within as Two & SequenceRanges[], out)));
    from = to + 1n;
  }
  return new SequenceParts(parts);
}

/** Where the first of the sets' windows ends; null behind all of them. */
function endOf(sets: readonly SequenceParts[], from: bigint): bigint | null {
  if (from > MAX_SEQUENCE) return null;
  let end: bigint | null = null;
  for (const set of sets) {
    const own = set.windowEnd(from, WINDOW);
    if (own !== null && (end === null || own < end)) end = own;
  }
  return end;
}
