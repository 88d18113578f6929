import { crc32cMasked, encodeS2Block, prepareS2Encoding, s2EncodeWindow } from '../../kernels/index.ts';
import { CHUNK_CRC_BYTES, CHUNK_HEADER_BYTES, CHUNK_TYPE, S2_IDENTIFIER } from './framing.ts';

/** Decoded bytes of a chunk, as the server's writer has them. */
const BLOCK_BYTES = 1024 * 1024;
const NO_BYTES = new Uint8Array(0);
const HEAD_BYTES = CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES;

/** What is before the stream, and what it is made in. */
export interface S2EncoderOptions {
  /** What comes is put behind another S2 stream: no identifier. */
  readonly continues?: boolean;
  /** `ENCODER_ROOM_BYTES` for the encoder to work in, used again by who has no other encoder with it at the time. */
  readonly room?: Uint8Array<ArrayBuffer>;
}

export const ENCODER_ROOM_BYTES: number = HEAD_BYTES + BLOCK_BYTES;

/**
 * Any number of bytes to one S2 framed stream (README.md): the identifier, then a chunk for each 1 MiB. No bytes
 * give no stream, not even an identifier. Holds about 1 MiB, and 2 MiB of the thread's kernel memory.
 */
export class S2Encoder {
  readonly #sink: (frame: Uint8Array) => void;
  /** Bytes that make no whole block yet, and then the chunk that is given away. */
  readonly #chunk: Uint8Array<ArrayBuffer>;
  readonly #head: DataView;
  #filled = 0;
  #isBegun = false;
  #isEnded = false;

  /** `sink` gets the stream in order; what it gets is valid during the call only. */
  constructor(sink: (frame: Uint8Array) => void, options: S2EncoderOptions = {}) {
    prepareS2Encoding();
    this.#sink = sink;
    this.#isBegun = options.continues === true;
    this.#chunk = options.room ?? new Uint8Array(ENCODER_ROOM_BYTES);
    this.#head = new DataView(this.#chunk.buffer, this.#chunk.byteOffset, HEAD_BYTES);
  }

  /** Takes the next bytes, as many as there are; they are not kept. */
  write(bytes: Uint8Array): void {
    if (this.#isEnded) throw new Error('the S2 stream has ended');
    let at = 0;
    while (this.#filled + bytes.length - at >= BLOCK_BYTES) {
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#filled);
      at += part.length;
      this.#flush(part);
    }
    this.#chunk.set(bytes.subarray(at), HEAD_BYTES + this.#filled);
    this.#filled += bytes.length - at;
  }

  /** What was written so far becomes chunks of its own. */
  endChunk(): void {
    if (this.#filled > 0) this.#flush(NO_BYTES);
  }

  /** Chunks that another encoder made (`continues`) come next: somebody else writes them. */
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
    raw.set(this.#chunk.subarray(HEAD_BYTES, HEAD_BYTES + this.#filled));
    raw.set(rest, this.#filled);
    this.#filled = 0;
    const block = encodeS2Block(raw);
    const isSmaller = block.length <= raw.length - raw.length / 32;
    const content = isSmaller ? block : raw;
    const bodyBytes = CHUNK_CRC_BYTES + content.length;
    this.#head.setUint32(0, bodyBytes * 256 + (isSmaller ? CHUNK_TYPE.compressed : CHUNK_TYPE.raw), true);
    this.#head.setUint32(CHUNK_HEADER_BYTES, crc32cMasked(raw), true);
    this.#chunk.set(content, HEAD_BYTES);
    this.#sink(this.#chunk.subarray(0, CHUNK_HEADER_BYTES + bodyBytes));
  }
}
