import { prepareS2Encoding, s2EncodeWindow } from '../../kernels/index.ts';
import { CHUNK_BYTES, MOST_CHUNK_BYTES, putChunk } from './chunk.ts';
import { S2_IDENTIFIER } from './framing.ts';

const NO_BYTES = new Uint8Array(0);

/**
 * Any number of bytes to one S2 framed stream (README.md): the identifier, then a chunk for each 1 MiB. No bytes
 * give no stream, not even an identifier. Holds about 1 MiB, and 2 MiB of the thread's kernel memory.
 */
export class S2Encoder {
  readonly #sink: (frame: Uint8Array) => void;
  /** Bytes that make no whole block yet, and then the chunk that is given away. */
  readonly #chunk = new Uint8Array(MOST_CHUNK_BYTES);
  #filled = 0;
  #isBegun = false;
  #isEnded = false;

  /** `sink` gets the stream in order; what it gets is valid during the call only. */
  constructor(sink: (frame: Uint8Array) => void) {
    prepareS2Encoding();
    this.#sink = sink;
  }

  /** Takes the next bytes, as many as there are; they are not kept. */
  write(bytes: Uint8Array): void {
    if (this.#isEnded) throw new Error('the S2 stream has ended');
    let at = 0;
    while (this.#filled + bytes.length - at >= CHUNK_BYTES) {
      const part = bytes.subarray(at, at + CHUNK_BYTES - this.#filled);
      at += part.length;
      this.#flush(part);
    }
    this.#chunk.set(bytes.subarray(at), this.#filled);
    this.#filled += bytes.length - at;
  }

  /** What was written so far becomes chunks of its own. */
  endChunk(): void {
    if (this.#filled > 0) this.#flush(NO_BYTES);
  }

  /** Chunks that `putChunk` made come next: somebody else writes them. */
  makeWay(): void {
    this.endChunk();
    this.#begin();
  }

  /** Ends the stream: what is left becomes its last chunk. */
  end(): void {
    if (this.#isEnded) throw new Error('the S2 stream has ended');
    this.endChunk();
    this.#isEnded = true;
  }

  #begin(): void {
    if (!this.#isBegun) this.#sink(S2_IDENTIFIER.slice());
    this.#isBegun = true;
  }

  /** Makes a chunk of what was collected and `rest`, which goes straight to the kernel. */
  #flush(rest: Uint8Array): void {
    this.#begin();
    const raw = s2EncodeWindow(this.#filled + rest.length);
    raw.set(this.#chunk.subarray(0, this.#filled));
    raw.set(rest, this.#filled);
    this.#filled = 0;
    this.#sink(this.#chunk.subarray(0, putChunk(raw, this.#chunk, 0)));
  }
}
