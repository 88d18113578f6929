import { packRanges, type PackedRanges } from './packed-ranges.ts';
import { RangeBuilder } from './range-builder.ts';
import { SequenceParts } from './sequence-parts.ts';

/** As many as a large block has. */
const PAIRS_IN_PART = 1 << 16;

/** Builds a set of sequences of any size from pairs that come in the order of their beginnings, packed part by part. */
export class PartsBuilder {
  readonly #parts: PackedRanges[] = [];
  readonly #open = new RangeBuilder();
  #pairs = 0;
  #last = -1n;

  /** `from` must lie above all that was added before. */
  add(from: bigint, to: bigint): void {
    if (from !== this.#last + 1n && ++this.#pairs > PAIRS_IN_PART) this.#close();
    this.#open.add(from, to);
    this.#last = to;
  }

  #close(): void {
    this.#parts.push(packRanges(this.#open.view()));
    this.#open.clear();
    this.#pairs = 1;
  }

  /** The set; the builder is not to be used any more. */
  take(): SequenceParts {
    this.#close();
    return new SequenceParts(this.#parts);
  }
}
