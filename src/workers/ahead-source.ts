import { copyShared } from '../core/bytes/copy-shared.ts';
import type { Fault } from '../findings/finding.ts';
import type { ByteSource, SourceDescriptor } from '../source/byte-source.ts';
import { CONSUMED, IS_ENDED, PIECE_BYTES, RING_PIECES, SLOTS } from './decode-ahead.ts';
import type { DecodeResult } from './jobs.ts';
import type { Pool } from './pool.ts';

/** A piece that takes longer than this has no thread that decodes it. */
const PATIENCE_MS = 10_000;

/**
 * Reads an S2 stream front to back while threads decode in front of it. Whatever they do not give (bytes behind those that
 * were read, pieces that could not be read) it reads itself.
 */
export class AheadSource implements ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly #own: ByteSource;
  readonly #ring = new Uint8Array(new SharedArrayBuffer(RING_PIECES * PIECE_BYTES));
  readonly #numbers = new Int32Array(new SharedArrayBuffer(4 * (SLOTS + RING_PIECES)));
  readonly #done: Promise<readonly DecodeResult[]>;
  #consumed = 0;
  #readToBytes = 0;
  #isAlone = false;

  constructor(own: ByteSource, pool: Pool) {
    this.#own = own;
    this.sizeBytes = own.sizeBytes;
    this.descriptor = own.descriptor;
    const job = { kind: 'decode', source: own.descriptor, ring: this.#ring, numbers: this.#numbers } as const;
    this.#done = pool.giveEach(job);
    // What went wrong is told by whoever waits for the end.
    this.#done.catch(() => {});
  }

  read(target: Uint8Array, offsetBytes: number): number {
    this.#readToBytes = Math.max(this.#readToBytes, offsetBytes + target.length);
    let done = 0;
    while (done < target.length && offsetBytes + done < this.sizeBytes) {
      const at = offsetBytes + done;
      const piece = this.#piece(Math.floor(at / PIECE_BYTES));
      if (piece === null) return done + this.#own.read(target.subarray(done), at);
      const from = at % PIECE_BYTES;
      const leftBytes = Math.min(target.length - done, this.sizeBytes - at);
      const part = piece.subarray(from, from + leftBytes);
      copyShared(part, target, done);
      done += part.length;
    }
    return done;
  }

  /** The stream itself stays open as long as its archive. */
  close(): void {}

  /** Ends the threads' work; gives the faults of the chunks that were read, by offset. */
  async end(): Promise<readonly Fault[]> {
    Atomics.store(this.#numbers, IS_ENDED, 1);
    Atomics.notify(this.#numbers, CONSUMED);
    const faults = (await this.#done).flatMap((result) => result.faults);
    return faults.filter(({ data }) => Number(data?.['decoded_offset']) < this.#readToBytes);
  }

  /** Decoded bytes of a piece; null where they have to be read otherwise. Keeps the one before: entries lie across. */
  #piece(number: number): Uint8Array | null {
    if (this.#isAlone || number < this.#consumed) return null;
    if (number - 1 > this.#consumed) {
      this.#consumed = number - 1;
      Atomics.store(this.#numbers, CONSUMED, this.#consumed);
      Atomics.notify(this.#numbers, CONSUMED);
    }
    const slot = number % RING_PIECES;
    for (;;) {
      const held = Atomics.load(this.#numbers, SLOTS + slot);
      if (held === number + 1) return this.#ring.subarray(slot * PIECE_BYTES, (slot + 1) * PIECE_BYTES);
      this.#isAlone =
        held === -1 - number || Atomics.wait(this.#numbers, SLOTS + slot, held, PATIENCE_MS) === 'timed-out';
      if (this.#isAlone) return null;
    }
  }
}
