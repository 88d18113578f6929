import { firstThat } from '../core/first-that.ts';
import { MAX_SEQUENCE } from '../core/sequence-ranges.ts';

/** Where the good records of a block begin and end; 0n and 0n of one that has none. */
interface BlockEnds {
  readonly number: number;
  readonly lowSeq: bigint;
  readonly highSeq: bigint;
}

/** What lies nearest to a place in a stream, of blocks in any order: a damaged stream asks for as many places as it has blocks. */
export class BlockNeighbours {
  /** Of the blocks that have records: rising. */
  readonly #numbers: Float64Array;
  readonly #lowSeqs: BigUint64Array;
  readonly #highSeqs: BigUint64Array;
  /** By `#numbers`: the highest sequence up to there, and the lowest from there on. */
  readonly #highUpTo: BigUint64Array;
  readonly #lowFrom: BigUint64Array;

  constructor(blocks: readonly BlockEnds[]) {
    const filled = blocks
      .filter(({ lowSeq, highSeq }) => lowSeq > 0n && highSeq > 0n)
      .toSorted((a, b) => a.number - b.number);
    this.#numbers = Float64Array.from(filled, ({ number }) => number);
    this.#lowSeqs = BigUint64Array.from(filled, ({ lowSeq }) => lowSeq);
    this.#highSeqs = BigUint64Array.from(filled, ({ highSeq }) => highSeq);
    let [high, low] = [0n, MAX_SEQUENCE];
    this.#highUpTo = this.#highSeqs.map((own) => (high = own > high ? own : high));
    this.#lowFrom = this.#lowSeqs
      .toReversed()
      .map((own) => (low = own < low ? own : low))
      .reverse();
    this.#lowSeqs.sort();
    this.#highSeqs.sort();
  }

  /** The lowest sequence above that a block begins with; 0n where there is none. */
  above(seq: bigint): bigint {
    return this.#lowSeqs[firstThat(this.#lowSeqs, (low) => low > seq)] ?? 0n;
  }

  /** The highest sequence below that a block ends with; 0n where there is none. */
  below(seq: bigint): bigint {
    return this.#highSeqs[firstThat(this.#highSeqs, (high) => high >= seq) - 1] ?? 0n;
  }

  /** The highest sequence in blocks of lower numbers, and the lowest in those of higher ones; 0n where there is none. */
  around(number: number): readonly [highBefore: bigint, lowBehind: bigint] {
    const before = firstThat(this.#numbers, (other) => other >= number);
    const behind = firstThat(this.#numbers, (other) => other > number);
    return [this.#highUpTo[before - 1] ?? 0n, this.#lowFrom[behind] ?? 0n];
  }
}
