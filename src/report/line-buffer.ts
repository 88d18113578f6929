/** So many bytes are worth writing out; the room is larger, that one more piece always fits. */
const FULL_BYTES = 768 * 1024;
const ROOM_BYTES = 1280 * 1024;

/**
 * Text and base64 on their way out as UTF-8 bytes, in memory that is used again. Short texts are gathered and written at
 * once.
 */
export class LineBuffer {
  #bytes: Buffer = Buffer.allocUnsafe(ROOM_BYTES);
  #usedBytes = 0;
  #gathered = '';

  /** Whether it is time to `take`. */
  get isFull(): boolean {
    return this.#usedBytes >= FULL_BYTES;
  }

  text(text: string): void {
    this.#gathered += text;
  }

  base64(bytes: Uint8Array): void {
    this.#writeGathered();
    const text = bufferOf(bytes).toString('base64');
    this.#need(text.length);
    this.#usedBytes += this.#bytes.write(text, this.#usedBytes, 'latin1');
  }

  /** What was written since the last time; it holds until something is written again. */
  take(): Uint8Array {
    this.#writeGathered();
    const written = this.#bytes.subarray(0, this.#usedBytes);
    this.#usedBytes = 0;
    return written;
  }

  #writeGathered(): void {
    this.#need(this.#gathered.length * 3);
    this.#usedBytes += this.#bytes.write(this.#gathered, this.#usedBytes);
    this.#gathered = '';
  }

  #need(moreBytes: number): void {
    const wanted = this.#usedBytes + moreBytes;
    if (wanted <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(wanted, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#usedBytes);
    this.#bytes = grown;
  }
}

/** The same bytes as a Buffer. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
