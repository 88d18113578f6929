import { RangeBuilder } from './range-builder.ts';
import { mergeRanges, type SequenceRanges } from './sequence-ranges.ts';

/** Builds a set of sequences (see `SequenceRanges`) from pairs in any order: most of them rise, and there may be many. */
export class LooseRanges {
  readonly #before: SequenceRanges[] = [];
  #rising = new RangeBuilder();
  #last = 0n;

  /** None where `from` is above `to`. */
  add(from: bigint, to: bigint): void {
    if (from > to) return;
    if (from < this.#last) {
      this.#before.push(this.#rising.take());
      this.#rising = new RangeBuilder();
    }
    this.#rising.add(from, to);
    this.#last = from;
  }

  /** The set; the builder is not to be used any more. */
  take(): SequenceRanges {
    return mergeRanges([...this.#before, this.#rising.take()]);
  }
}

/** The sequences of any of these lists of pairs from, to. */
export function unionOf(
  lists: readonly (readonly (readonly [from: bigint, to: bigint])[])[],
): SequenceRanges {
  const union = new LooseRanges();
  for (const list of lists) for (const [from, to] of list) union.add(from, to);
  return union.take();
}
