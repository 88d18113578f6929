/** Builds a set of sequences (see `SequenceRanges`) from pairs that come in the order of their beginnings. */
export class RangeBuilder {
  #pairs: BigUint64Array;
  #length = 0;

  /** `capacityPairs`: how many pairs to expect; more may come. Up to four need no memory apart from their object. */
  constructor(capacityPairs = 4) {
    this.#pairs = new BigUint64Array(2 * Math.max(1, capacityPairs));
  }

  /** `from` must not lie below that of any pair before. Pairs that overlap or touch become one. */
  add(from: bigint, to: bigint): void {
    const last = this.#pairs[this.#length - 1];
    if (this.#length > 0 && last !== undefined && from <= last + 1n) {
      if (to > last) this.#pairs[this.#length - 1] = to;
      return;
    }
    if (this.#length === this.#pairs.length) this.#grow();
    this.#pairs[this.#length++] = from;
    this.#pairs[this.#length++] = to;
  }

  #grow(): void {
    const larger = new BigUint64Array(2 * this.#pairs.length);
    larger.set(this.#pairs);
    this.#pairs = larger;
  }

  /** The set so far, valid until the builder is used again. */
  view(): BigUint64Array {
    return this.#pairs.subarray(0, this.#length);
  }

  /** Begins another set, in the memory of this one. */
  clear(): void {
    this.#length = 0;
  }

  /** The set; the builder is not to be used any more. */
  take(): BigUint64Array {
    return this.#length === this.#pairs.length ? this.#pairs : this.#pairs.slice(0, this.#length);
  }
}
