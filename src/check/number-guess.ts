import { firstThat } from '../core/first-that.ts';

/** A block that is known to be of this number, and a sequence in it. */
export interface BlockStart {
  readonly number: number;
  readonly firstSeq: bigint;
}

/** What number the block of a sequence has: numbers rise with sequences. */
export class NumberGuess {
  readonly #numbers: readonly number[];
  /** Ascending by sequence. */
  readonly #starts: BlockStart[];

  constructor(numbers: Iterable<number>, starts: readonly BlockStart[]) {
    this.#numbers = [...numbers].toSorted((a, b) => a - b);
    this.#starts = starts.toSorted((a, b) => Number(a.firstSeq - b.firstSeq));
  }

  learn(start: BlockStart): void {
    this.#starts.splice(this.#after(start.firstSeq), 0, start);
  }

  /** All numbers, those near the likely one first; `otherwise` is likely where nothing is known. */
  *outward(seq: bigint, otherwise: number): Generator<number> {
    const numbers = this.#numbers;
    const likely = this.#likely(seq) ?? otherwise;
    let above = firstThat(numbers, (number) => number >= likely);
    let below = above - 1;
    while (below >= 0 || above < numbers.length) {
      const [higher, lower] = [numbers[above++], numbers[below--]];
      if (higher !== undefined) yield higher;
      if (lower !== undefined) yield lower;
    }
  }

  /** Next to the only neighbour, else between both as the sequence is. */
  #likely(seq: bigint): number | null {
    const at = this.#after(seq);
    const [before, after] = [this.#starts[at - 1], this.#starts[at]];
    if (before === undefined) return after === undefined ? null : after.number - 1;
    if (after === undefined) return before.number + 1;
    const share = Number(seq - before.firstSeq) / Number(after.firstSeq - before.firstSeq);
    return Math.round(before.number + share * (after.number - before.number));
  }

  /** Place of the first start behind a sequence. */
  #after(seq: bigint): number {
    return firstThat(this.#starts, ({ firstSeq }) => firstSeq > seq);
  }
}
