import { firstThat } from './first-that.ts';
import { unpackRanges, type PackedRanges } from './packed-ranges.ts';
import { RangeBuilder } from './range-builder.ts';
import {
  clipRanges,
  countSequences,
  eachRange,
  hasSequence,
  lowestSequences,
  MAX_SEQUENCE,
  mergeRanges,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from './sequence-ranges.ts';

/** A set of sequences as large as a stream: parts at rest, each above those before, unpacked one at a time. */
export class SequenceParts {
  /** Each above those before; none of them empty. */
  readonly parts: readonly PackedRanges[];
  readonly count: bigint;
  #unpacked: { readonly part: PackedRanges; readonly ranges: SequenceRanges } | null = null;
  /** Where parts are unpacked, one after the other: what is dropped is given back late. */
  #room = new BigUint64Array(0);

  constructor(parts: readonly PackedRanges[]) {
    this.parts = parts.filter((part) => part.count > 0n);
    this.count = this.parts.reduce((sum, part) => sum + part.count, 0n);
  }

  get first(): bigint | null {
    return this.parts[0]?.first ?? null;
  }

  get last(): bigint | null {
    return this.parts.at(-1)?.last ?? null;
  }

  /** What it holds within from..to. */
  within(from: bigint, to: bigint): SequenceRanges {
    const lent = this.lend(from, to);
    return lent.buffer === this.#room.buffer ? lent.slice() : lent;
  }

  /** The same, valid until the next question. */
  lend(from: bigint, to: bigint): SequenceRanges {
    const parts: PackedRanges[] = [];
    for (const part of this.#partsFrom(from)) {
      if (part.first > to) break;
      parts.push(part);
    }
    const [only] = parts;
    if (only === undefined) return NO_SEQUENCES;
    if (parts.length === 1) return clipRanges(this.#rangesOf(only), from, to);
    const out = new RangeBuilder(parts.reduce((sum, { pairs }) => sum + pairs, 0));
    for (const part of parts) {
      const ranges = clipRanges(this.#rangesOf(part), from, to);
      for (let i = 0; i < ranges.length; i += 2) out.add(ranges[i] ?? 0n, ranges[i + 1] ?? 0n);
    }
    return out.take();
  }

  /** How many sequences it holds within from..to. */
  countWithin(from: bigint, to: bigint): bigint {
    let count = 0n;
    for (const part of this.#partsFrom(from)) {
      if (part.first > to) break;
      const isInside = from <= part.first && part.last <= to;
      count += isInside ? part.count : countSequences(clipRanges(this.#rangesOf(part), from, to));
    }
    return count;
  }

  /** Whether it holds a sequence. */
  has(seq: bigint): boolean {
    for (const part of this.#partsFrom(seq)) return hasSequence(this.#rangesOf(part), seq);
    return false;
  }

  /** What of `wanted` it does not hold. */
  missing(wanted: SequenceRanges): SequenceRanges {
    return subtractRanges(wanted, this.lend(wanted[0] ?? 0n, wanted.at(-1) ?? 0n));
  }

  /** The part that was asked for last is asked for again, often. */
  #rangesOf(part: PackedRanges): SequenceRanges {
    if (this.#unpacked?.part !== part) {
      if (this.#room.length < 2 * part.pairs) this.#room = new BigUint64Array(2 * part.pairs);
      this.#unpacked = { part, ranges: unpackRanges(part, this.#room) };
    }
    return this.#unpacked.ranges;
  }

  /** Those that end at or behind `from`. */
  *#partsFrom(from: bigint): Generator<PackedRanges> {
    let at = firstThat(this.parts, ({ last }) => last >= from);
    for (let part = this.parts[at]; part !== undefined; part = this.parts[++at]) yield part;
  }

  /** The runs of sequences, ascending and not touching. */
  *ranges(): Generator<readonly [bigint, bigint]> {
    let open: readonly [bigint, bigint] | null = null;
    for (const part of this.parts)
      for (const [from, to] of eachRange(unpackRanges(part))) {
        if (open !== null && open[1] + 1n === from) open = [open[0], to];
        else {
          if (open !== null) yield open;
          open = [from, to];
        }
      }
    if (open !== null) yield open;
  }

  /** The runs of sequences within from..to that are not in it. */
  *gaps(from: bigint, to: bigint): Generator<readonly [bigint, bigint]> {
    let next = from;
    for (const [begin, end] of this.ranges()) {
      if (begin > to) break;
      if (begin > next) yield [next, begin - 1n];
      if (end >= next) next = end + 1n;
    }
    if (next <= to) yield [next, to];
  }

  /** The lowest `count` of it. */
  lowest(count: number): SequenceRanges {
    const taken: SequenceRanges[] = [];
    let left = BigInt(count);
    for (const part of this.parts) {
      if (left <= 0n) break;
      taken.push(unpackRanges(part));
      left -= part.count;
    }
    return lowestSequences(mergeRanges(taken), count);
  }

  /** Where a window from `from` on ends: behind whole parts, if it can hold any; null where nothing is left. */
  windowEnd(from: bigint, most: WindowSize): bigint | null {
    let [sequences, pairs] = [0n, 0];
    let end: bigint | null = null;
    for (const part of this.#partsFrom(from)) {
      sequences += part.count;
      pairs += part.pairs;
      if (sequences > BigInt(most.sequences) || pairs > most.pairs)
        return end ?? cutEnd(this.#rangesOf(part), from, most);
      end = part.last;
    }
    return end;
  }
}

/** Answers `has` for sequences that rise, each in the time of one comparison. */
export class RisingParts {
  readonly #ranges: Generator<readonly [bigint, bigint]>;
  #open: readonly [bigint, bigint] | null = [0n, -1n];

  constructor(set: SequenceParts) {
    this.#ranges = set.ranges();
  }

  /** `seq` must not lie below any that was asked for before. */
  has(seq: bigint): boolean {
    while (this.#open !== null && seq > this.#open[1]) this.#open = this.#ranges.next().value ?? null;
    return this.#open !== null && seq >= this.#open[0];
  }
}

/** What a window may hold of one set. */
export interface WindowSize {
  readonly sequences: number;
  readonly pairs: number;
}

/** The last sequence of a window that is full within the part. */
function cutEnd(part: SequenceRanges, from: bigint, most: WindowSize): bigint {
  const left = clipRanges(part, from, MAX_SEQUENCE);
  const cut = lowestSequences(left.subarray(0, 2 * most.pairs), most.sequences);
  return cut.at(-1) ?? part.at(-1) ?? from;
}
