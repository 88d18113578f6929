/**
 * Sets of sequences as pairs from, to, from, to, ... : both ends included, ascending, not touching.
 * The form in which kernels and indexes give them; a stream of any size has as many pairs as it has gaps.
 */
export type SequenceRanges = BigUint64Array;

export const NO_SEQUENCES: SequenceRanges = new BigUint64Array(0);

export function oneRange(from: bigint, to: bigint): SequenceRanges {
  return from <= to ? BigUint64Array.of(from, to) : NO_SEQUENCES;
}

export function* eachRange(ranges: SequenceRanges): Generator<readonly [bigint, bigint]> {
  for (let i = 0; i + 1 < ranges.length; i += 2) yield [ranges[i] ?? 0n, ranges[i + 1] ?? 0n];
}

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
  return mergeRanges([pairsOf(seqs)]);
}

function pairsOf(seqs: BigUint64Array): BigUint64Array {
  const pairs = new BigUint64Array(seqs.length * 2);
  seqs.toSorted().forEach((seq, i) => {
    pairs[2 * i] = seq;
    pairs[2 * i + 1] = seq;
  });
  return pairs;
}

/** The union. Each input is ascending; inputs may overlap each other. */
export function mergeRanges(sets: readonly SequenceRanges[]): SequenceRanges {
  const pairs: (readonly [bigint, bigint])[] = [];
  for (const set of sets) for (const pair of eachRange(set)) pairs.push(pair);
  pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const out: bigint[] = [];
  for (const [from, to] of pairs) {
    const end = out.length - 1;
    const last = out[end];
    if (last !== undefined && from <= last + 1n) {
      if (to > last) out[end] = to;
    } else out.push(from, to);
  }
  return BigUint64Array.from(out);
}

/** What both hold. */
export function intersectRanges(a: SequenceRanges, b: SequenceRanges): SequenceRanges {
  const out: bigint[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [aTo, bTo] = [a[i + 1] ?? 0n, b[j + 1] ?? 0n];
    const from = (a[i] ?? 0n) > (b[j] ?? 0n) ? (a[i] ?? 0n) : (b[j] ?? 0n);
    const to = aTo < bTo ? aTo : bTo;
    if (from <= to) out.push(from, to);
    if (aTo < bTo) i += 2;
    else j += 2;
  }
  return BigUint64Array.from(out);
}

/** What `a` holds and `b` does not. */
export function subtractRanges(a: SequenceRanges, b: SequenceRanges): SequenceRanges {
  if (b.length === 0) return a;
  const out: bigint[] = [];
  for (const [from, to] of eachRange(a)) {
    let next = from;
    for (let pair = firstPairEndingAtOrAfter(b, from); 2 * pair < b.length && next <= to; pair++) {
      const [gapFrom, gapTo] = [b[2 * pair] ?? 0n, b[2 * pair + 1] ?? 0n];
      if (gapFrom > to) break;
      if (gapFrom > next) out.push(next, gapFrom - 1n);
      next = gapTo + 1n;
    }
    if (next <= to) out.push(next, to);
  }
  return BigUint64Array.from(out);
}

/** The part of the set within from..to. */
export function clipRanges(ranges: SequenceRanges, from: bigint, to: bigint): SequenceRanges {
  return intersectRanges(ranges, oneRange(from, to));
}
