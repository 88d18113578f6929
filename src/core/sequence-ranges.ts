import { RangeBuilder } from './range-builder.ts';

/**
 * Sets of sequences as pairs from, to, from, to, ... : both ends included, ascending, not touching.
 * The form in which kernels and indexes give them; a stream of any size has as many pairs as it has gaps.
 */
export type SequenceRanges = BigUint64Array;

/** Above it are the marks of erased messages and tombstones (format/block/README.md). */
export const MAX_SEQUENCE: bigint = (1n << 62n) - 1n;

/** The empty set. */
export const NO_SEQUENCES: SequenceRanges = new BigUint64Array(0);

/** The sequences from..to, both included; none where `from` is above `to`. */
export function oneRange(from: bigint, to: bigint): SequenceRanges {
  return from <= to ? BigUint64Array.of(from, to) : NO_SEQUENCES;
}

/** The pairs from, to in rising order. */
export function* eachRange(ranges: SequenceRanges): Generator<readonly [bigint, bigint]> {
  for (let i = 0; i + 1 < ranges.length; i += 2) yield [ranges[i] ?? 0n, ranges[i + 1] ?? 0n];
}

/** Every sequence by itself, in rising order: for sets that are known to be small. */
export function* eachSequence(ranges: SequenceRanges): Generator<bigint> {
  for (const [from, to] of eachRange(ranges)) for (let seq = from; seq <= to; seq++) yield seq;
}

/** How many sequences the set holds. */
export function countSequences(ranges: SequenceRanges): bigint {
  let count = 0n;
  for (const [from, to] of eachRange(ranges)) count += to - from + 1n;
  return count;
}

/** The index of the first pair that ends at or behind `seq`; the number of pairs where none does. */
function firstPairEndingAtOrAfter(ranges: SequenceRanges, seq: bigint): number {
  let low = 0;
  let high = ranges.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[2 * middle + 1] ?? 0n) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether the set holds a sequence. */
export function hasSequence(ranges: SequenceRanges, seq: bigint): boolean {
  const pair = firstPairEndingAtOrAfter(ranges, seq);
  return 2 * pair < ranges.length && (ranges[2 * pair] ?? 0n) <= seq;
}

/** Answers `hasSequence` for sequences that rise, each in the time of one comparison. */
export class RisingLookup {
  readonly #ranges: SequenceRanges;
  readonly #end: bigint;
  #at = 0;
  #from: bigint;
  #to: bigint;

  constructor(ranges: SequenceRanges) {
    this.#ranges = ranges;
    this.#end = ranges.at(-1) ?? -1n;
    this.#from = ranges[0] ?? 0n;
    this.#to = ranges[1] ?? -1n;
  }

  /** `seq` must be above all asked before, apart from those above the whole set. */
  has(seq: bigint): boolean {
    if (seq > this.#end) return false;
    while (seq > this.#to) {
      this.#at += 2;
      this.#from = this.#ranges[this.#at] ?? 0n;
      this.#to = this.#ranges[this.#at + 1] ?? 0n;
    }
    return seq >= this.#from;
  }
}

/** Makes a set of sequences in any order, repeated or not. */
export function rangesOf(seqs: BigUint64Array): SequenceRanges {
  if (seqs.length === 0) return NO_SEQUENCES;
  const out = new RangeBuilder(seqs.length);
  for (const seq of seqs.toSorted()) out.add(seq, seq);
  return out.take();
}

/** The union. Each input is ascending; inputs may overlap each other. `given`: what builds the result, which is valid until it builds another. */
export function mergeRanges(sets: readonly SequenceRanges[], given?: RangeBuilder): SequenceRanges {
  const filled = sets.filter((set) => set.length > 0);
  if (filled.length <= 1) return filled[0] ?? NO_SEQUENCES;
  if (filled.every((set, i) => i === 0 || (set[0] ?? 0n) > (filled[i - 1]?.at(-1) ?? 0n)))
    return joinRanges(filled);
  const half = filled.length >> 1;
  return mergeTwo(mergeRanges(filled.slice(0, half)), mergeRanges(filled.slice(half)), given);
}

/** The union of sets that lie one behind the other. */
function joinRanges(sets: readonly SequenceRanges[]): SequenceRanges {
  const out = new RangeBuilder(sets.reduce((sum, set) => sum + (set.length >> 1), 0));
  for (const set of sets) for (let i = 0; i < set.length; i += 2) out.add(set[i] ?? 0n, set[i + 1] ?? 0n);
  return out.take();
}

function mergeTwo(a: SequenceRanges, b: SequenceRanges, given?: RangeBuilder): SequenceRanges {
  const out = given ?? new RangeBuilder(Math.max(a.length, b.length) >> 1);
  out.clear();
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const isFromA = j >= b.length || (i < a.length && (a[i] ?? 0n) <= (b[j] ?? 0n));
    if (isFromA) out.add(a[i++] ?? 0n, a[i++] ?? 0n);
    else out.add(b[j++] ?? 0n, b[j++] ?? 0n);
  }
  return given === undefined ? out.take() : out.view();
}

/** What both hold. `given`: see `mergeRanges`. */
export function intersectRanges(a: SequenceRanges, b: SequenceRanges, given?: RangeBuilder): SequenceRanges {
  const out = given ?? new RangeBuilder(Math.max(a.length, b.length) >> 1);
  out.clear();
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [aFrom, aTo] = [a[i] ?? 0n, a[i + 1] ?? 0n];
    const [bFrom, bTo] = [b[j] ?? 0n, b[j + 1] ?? 0n];
    const from = aFrom > bFrom ? aFrom : bFrom;
    const to = aTo < bTo ? aTo : bTo;
    if (from <= to) out.add(from, to);
    if (aTo < bTo) i += 2;
    else j += 2;
  }
  return given === undefined ? out.take() : out.view();
}

/** What `a` holds and `b` does not. `given`: see `mergeRanges`. */
export function subtractRanges(a: SequenceRanges, b: SequenceRanges, given?: RangeBuilder): SequenceRanges {
  if (b.length === 0) return a;
  let j = 2 * firstPairEndingAtOrAfter(b, a[0] ?? 0n);
  const between = firstPairEndingAtOrAfter(b, a.at(-1) ?? 0n) - (j >> 1);
  const out = given ?? new RangeBuilder((a.length >> 1) + between + 1);
  out.clear();
  for (let i = 0; i < a.length; i += 2) {
    let next = a[i] ?? 0n;
    const to = a[i + 1] ?? 0n;
    while (j < b.length && (b[j + 1] ?? 0n) < next) j += 2;
    for (let k = j; k < b.length && next <= to; k += 2) {
      const from = b[k] ?? 0n;
      if (from > to) break;
      if (from > next) out.add(next, from - 1n);
      next = (b[k + 1] ?? 0n) + 1n;
    }
    if (next <= to) out.add(next, to);
  }
  return given === undefined ? out.take() : out.view();
}

/** The first `count` of the set. */
export function lowestSequences(ranges: SequenceRanges, count: number): SequenceRanges {
  const out = new RangeBuilder();
  let left = BigInt(count);
  for (const [from, to] of eachRange(ranges)) {
    if (left <= 0n) break;
    const end = to - from + 1n > left ? from + left - 1n : to;
    out.add(from, end);
    left -= end - from + 1n;
  }
  return out.take();
}

/** Whether two sets have a sequence in common. */
export function haveCommon(a: SequenceRanges, b: SequenceRanges): boolean {
  let j = 2 * firstPairEndingAtOrAfter(b, a[0] ?? 0n);
  for (let i = 0; i < a.length && j < b.length; i += 2) {
    const from = a[i] ?? 0n;
    while (j < b.length && (b[j + 1] ?? 0n) < from) j += 2;
    if (j < b.length && (b[j] ?? 0n) <= (a[i + 1] ?? 0n)) return true;
  }
  return false;
}

/** The part of the set within from..to: itself where that is all. */
export function clipRanges(ranges: SequenceRanges, from: bigint, to: bigint): SequenceRanges {
  if (from <= (ranges[0] ?? 0n) && to >= (ranges.at(-1) ?? MAX_SEQUENCE)) return ranges;
  const first = firstPairEndingAtOrAfter(ranges, from);
  const behind = firstPairEndingAtOrAfter(ranges, to);
  const isCut = 2 * behind < ranges.length && (ranges[2 * behind] ?? 0n) <= to;
  const clipped = ranges.slice(2 * first, 2 * (isCut ? behind + 1 : behind));
  const end = clipped.length - 1;
  if (from > to || end < 0) return NO_SEQUENCES;
  if ((clipped[0] ?? 0n) < from) clipped[0] = from;
  if ((clipped[end] ?? 0n) > to) clipped[end] = to;
  return clipped;
}
