import type { ScanFault } from '../../kernels/types.ts';

const KINDS = ['checksum', 'length', 'structure', 'order', 'tail'] as const;
/** Added to the kind of one that claims no sequence. */
const UNCLAIMED = 0x80;

/** The faults of a block at rest: there may be as many as records. */
export class PackedFaults implements Iterable<ScanFault> {
  readonly length: number;
  readonly #kinds: Uint8Array;
  readonly #offsetsBytes: Float64Array;
  readonly #lengthsBytes: Float64Array;
  /** Of each fault the sequence that it claims, the one before and the one behind. */
  readonly #seqs: BigUint64Array;
  readonly #details = new Map<number, string>();

  constructor(faults: readonly ScanFault[]) {
    this.length = faults.length;
    this.#kinds = Uint8Array.from(
      faults,
      ({ kind, seq }) => KINDS.indexOf(kind) + (seq === null ? UNCLAIMED : 0),
    );
    this.#offsetsBytes = Float64Array.from(faults, ({ offsetBytes }) => offsetBytes);
    this.#lengthsBytes = Float64Array.from(faults, ({ lengthBytes }) => lengthBytes);
    this.#seqs = new BigUint64Array(3 * faults.length);
    for (const [i, { seq, seqBefore, seqAfter, detail }] of faults.entries()) {
      this.#seqs[3 * i] = seq ?? 0n;
      this.#seqs[3 * i + 1] = seqBefore;
      this.#seqs[3 * i + 2] = seqAfter;
      if (detail !== '') this.#details.set(i, detail);
    }
  }

  has(kind: ScanFault['kind']): boolean {
    const number = KINDS.indexOf(kind);
    return this.#kinds.some((one) => one % UNCLAIMED === number);
  }

  *[Symbol.iterator](): Generator<ScanFault> {
    for (let i = 0; i < this.length; i++) {
      yield {
        kind: KINDS[(this.#kinds[i] ?? 0) % UNCLAIMED] ?? 'checksum',
        offsetBytes: this.#offsetsBytes[i] ?? 0,
        lengthBytes: this.#lengthsBytes[i] ?? 0,
        seq: (this.#kinds[i] ?? 0) >= UNCLAIMED ? null : (this.#seqs[3 * i] ?? 0n),
        detail: this.#details.get(i) ?? '',
        seqBefore: this.#seqs[3 * i + 1] ?? 0n,
        seqAfter: this.#seqs[3 * i + 2] ?? 0n,
      };
    }
  }
}
