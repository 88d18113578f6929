import { RangeBuilder } from '../../../core/range-builder.ts';
import type { SequenceRanges } from '../../../core/sequence-ranges.ts';
import type { LostRange } from '../types.ts';

/** What many ranges have in common. */
type Cause = Pick<LostRange, 'state' | 'file' | 'code' | 'reason' | 'missing'>;

const FIRST_CAPACITY = 16;
/** Stands for an offset or length that nothing tells. */
const UNKNOWN = -1;

/** Lost ranges as columns: a damaged stream may have a hundred thousand. Each is made an object when it is asked for. */
export class LostRanges implements Iterable<LostRange> {
  #length = 0;
  /** Of each the first and the last. */
  #seqs = new BigUint64Array(2 * FIRST_CAPACITY);
  /** Of each the offset and the length. */
  #placesBytes = new Float64Array(2 * FIRST_CAPACITY);
  #causeNumbers = new Uint32Array(FIRST_CAPACITY);
  #causes: Cause[] = [];
  readonly #numbers = new Map<string, number>();
  #lastNumber = 0;

  constructor(ranges: Iterable<LostRange> = []) {
    for (const range of ranges) this.add(range);
  }

  get length(): number {
    return this.#length;
  }

  add(range: LostRange): void {
    const { from, to, offset, length } = range;
    const at = this.#length;
    if (at === this.#causeNumbers.length) this.#grow();
    this.#seqs[2 * at] = from;
    this.#seqs[2 * at + 1] = to;
    this.#placesBytes[2 * at] = offset ?? UNKNOWN;
    this.#placesBytes[2 * at + 1] = length ?? UNKNOWN;
    this.#lastNumber = this.#numberOf(range);
    this.#causeNumbers[at] = this.#lastNumber;
    this.#length++;
  }

  *[Symbol.iterator](): Generator<LostRange> {
    for (let at = 0; at < this.#length; at++) yield this.#rangeAt(at);
  }

  /** By their first sequences; those that begin with the same one stay in their order. */
  *rising(): Generator<LostRange> {
    const seqs = this.#seqs;
    const places = Uint32Array.from({ length: this.#length }, (_, at) => at);
    const firstAt = (at: number): bigint => seqs[2 * at] ?? 0n;
    if (places.some((at) => at > 0 && firstAt(at) < firstAt(at - 1)))
      places.sort((a, b) => (firstAt(a) < firstAt(b) ? -1 : firstAt(a) > firstAt(b) ? 1 : a - b));
    for (const at of places) yield this.#rangeAt(at);
  }

  /** Of ranges that rise. */
  sequences(): SequenceRanges {
    const sequences = new RangeBuilder(this.#length);
    for (let at = 0; at < this.#length; at++)
      sequences.add(this.#seqs[2 * at] ?? 0n, this.#seqs[2 * at + 1] ?? 0n);
    return sequences.take();
  }

  #rangeAt(at: number): LostRange {
    const cause = this.#causes[this.#causeNumbers[at] ?? 0];
    if (cause === undefined) throw new RangeError(`${at} of ${this.#length} ranges`);
    const [offset = UNKNOWN, length = UNKNOWN] = this.#placesBytes.subarray(2 * at, 2 * at + 2);
    return {
      from: this.#seqs[2 * at] ?? 0n,
      to: this.#seqs[2 * at + 1] ?? 0n,
      state: cause.state,
      file: cause.file,
      offset: offset === UNKNOWN ? null : offset,
      length: length === UNKNOWN ? null : length,
      code: cause.code,
      reason: cause.reason,
      missing: cause.missing,
    };
  }

  #numberOf({ state, file, code, reason, missing }: Cause): number {
    const last = this.#causes[this.#lastNumber];
    const isLike = last?.state === state && last.file === file && last.code === code;
    // Most are like the one before.
    if (isLike && last.reason === reason && last.missing === missing) return this.#lastNumber;
    const key = JSON.stringify([state, file, code, reason, String(missing)]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#causes.length);
    return this.#causes.push({ state, file, code, reason, missing }) - 1;
  }

  #grow(): void {
    const entries = 2 * this.#causeNumbers.length;
    const [seqs, places, causes] = [this.#seqs, this.#placesBytes, this.#causeNumbers];
    this.#seqs = new BigUint64Array(2 * entries);
    this.#seqs.set(seqs);
    this.#placesBytes = new Float64Array(2 * entries);
    this.#placesBytes.set(places);
    this.#causeNumbers = new Uint32Array(entries);
    this.#causeNumbers.set(causes);
  }
}
