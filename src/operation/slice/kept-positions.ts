import { firstThat } from '../../core/first-that.ts';
/**
 * Where given sequences lie among the messages that are kept. First every kept message is told, in rising sequence; then
 * it answers about the sequences that were given at the start. Memory: those sequences, whatever is kept.
 */
export class KeptPositions {
  readonly #asked: BigUint64Array;
  /** How many kept messages have this sequence or a lower one. */
  readonly #ranks: Float64Array;
  readonly #isKept: Uint8Array;
  #at = 0;
  #kept = 0;

  constructor(asked: Iterable<bigint>) {
    this.#asked = BigUint64Array.from(new Set(asked)).toSorted();
    this.#ranks = new Float64Array(this.#asked.length);
    this.#isKept = new Uint8Array(this.#asked.length);
  }

  keep(seq: bigint): void {
    this.#passBelow(seq);
    this.#kept++;
    if (this.#asked[this.#at] !== seq) return;
    this.#isKept[this.#at] = 1;
    this.#ranks[this.#at++] = this.#kept;
  }

  isKept(seq: bigint): boolean {
    return this.#isKept[this.#find(seq)] === 1;
  }

  /** The sequence that the last kept message up to `seq` gets when kept messages are numbered from 1 on; 0: there is none. */
  rank(seq: bigint): bigint {
    const at = this.#find(seq);
    return BigInt(at < this.#at ? (this.#ranks[at] ?? 0) : this.#kept);
  }

  #passBelow(seq: bigint): void {
    for (; this.#at < this.#asked.length && (this.#asked[this.#at] ?? 0n) < seq; this.#at++)
      this.#ranks[this.#at] = this.#kept;
  }

  #find(seq: bigint): number {
    const at = firstThat(this.#asked, (asked) => asked >= seq);
    if (this.#asked[at] !== seq) throw new RangeError(`sequence ${seq} was not asked for`);
    return at;
  }
}
