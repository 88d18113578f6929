import { SourceError } from '../../core/error.ts';
import type { ByteSource } from '../../source/byte-source.ts';

/** One JSON value as it stands in a file. `bytes` hold until the reader goes on. */
export interface JsonPiece {
  readonly bytes: Buffer;
  /** Of its first byte, from 1 on. */
  readonly line: number;
  readonly offsetBytes: number;
}

/** A message is at most 32 MiB, two thirds more in base64; a state file of a consumer is smaller. */
const MOST_PIECE_BYTES = 64 * 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;
const MOST_WINDOW_BYTES = MOST_PIECE_BYTES + WINDOW_BYTES;

const [QUOTE, BACKSLASH, NEWLINE] = [0x22, 0x5c, 0x0a];
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
const COMMA = 0x2c;

/**
 * Finds where the values of a JSON text begin and end, without reading them. Holds one value. Throws SourceError, with line
 * and offset, where the text ends within a value or one is longer than 64 MiB.
 */
export class JsonReader {
  readonly #source: ByteSource;
  readonly #label: string;
  #window = Buffer.alloc(WINDOW_BYTES);
  /** Where in the source the window begins, how much of it is filled, and where in it the reader stands. */
  #windowOffsetBytes = 0;
  #filledBytes = 0;
  #at = 0;
  #line = 1;

  constructor(source: ByteSource, label: string) {
    this.#source = source;
    this.#label = label;
  }

  get offsetBytes(): number {
    return this.#windowOffsetBytes + this.#at;
  }

  /** The next byte that is no blank, as a character; null at the end. */
  peek(): string | null {
    for (;;) {
      if (this.#at === this.#filledBytes && !this.#fill(this.#at)) return null;
      const byte = this.#window[this.#at] ?? 0;
      if (!BLANKS.has(byte)) return String.fromCharCode(byte);
      if (byte === NEWLINE) this.#line++;
      this.#at++;
    }
  }

  /** Takes one of these characters. */
  take(...wanted: string[]): string {
    const found = this.peek();
    if (found === null || !wanted.includes(found)) this.fail(`${wanted.join(' or ')} expected`);
    this.#at++;
    return found;
  }

  /** Takes the value that begins here. */
  value(): JsonPiece {
    if (this.peek() === null) this.fail('a value expected');
    const line = this.#line;
    const offsetBytes = this.offsetBytes;
    const lengthBytes = this.#passValue();
    if (lengthBytes === 0) this.fail('a value expected');
    if (lengthBytes > MOST_PIECE_BYTES) this.#failLength();
    return { bytes: this.#window.subarray(this.#at - lengthBytes, this.#at), line, offsetBytes };
  }

  /** Stops at a place: that of a piece, or where the reader stands. */
  fail(what: string, place?: Omit<JsonPiece, 'bytes'>): never {
    const { line, offsetBytes } = place ?? { line: this.#line, offsetBytes: this.offsetBytes };
    const reason = place === undefined && this.#isAtEnd ? `the file ends, ${what}` : what;
    throw new SourceError(`${this.#label}: line ${line}, byte ${offsetBytes}: ${reason}`);
  }

  get #isAtEnd(): boolean {
    return this.offsetBytes >= this.#source.sizeBytes;
  }

  /** Goes behind the value; returns its length. The window holds all of it then. */
  #passValue(): number {
    let depth = 0;
    let start = this.#at;
    const need = (): number => {
      if (this.#at === this.#filledBytes) {
        if (!this.#fill(start)) return -1;
        start = 0;
      }
      return this.#window[this.#at] ?? -1;
    };
    for (let byte = need(); byte !== -1; byte = need()) {
      if (byte === QUOTE) start = this.#passString(start);
      else if (depth === 0 && (BLANKS.has(byte) || byte === COMMA || CLOSING.has(byte))) break;
      else {
        if (byte === NEWLINE) this.#line++;
        if (OPENING.has(byte)) depth++;
        else if (CLOSING.has(byte)) depth--;
        this.#at++;
      }
      if (depth === 0 && (byte === QUOTE || CLOSING.has(byte))) break;
    }
    if (depth > 0) this.fail('within a value');
    return this.#at - start;
  }

  /** Goes behind the string that begins here; returns where the value around it begins in the window. */
  #passString(valueStart: number): number {
    let start = valueStart;
    let from = this.#at + 1;
    for (;;) {
      const end = this.#window.subarray(0, this.#filledBytes).indexOf(QUOTE, from);
      if (end < 0) {
        const passed = this.#filledBytes - start;
        this.#at = this.#filledBytes;
        if (!this.#fill(start)) this.fail('within a string');
        start = 0;
        from = passed;
      } else if (this.#isEscaped(end, start)) from = end + 1;
      else {
        this.#at = end + 1;
        return start;
      }
    }
  }

  #isEscaped(at: number, start: number): boolean {
    let backslashes = 0;
    while (at - 1 - backslashes > start && this.#window[at - 1 - backslashes] === BACKSLASH) backslashes++;
    return backslashes % 2 === 1;
  }

  #failLength(): never {
    return this.fail(`a value is longer than ${MOST_PIECE_BYTES} bytes`);
  }

  /** Reads on; what lies before `keepFrom` is given up. Returns whether there is more. */
  #fill(keepFrom: number): boolean {
    const keptBytes = this.#filledBytes - keepFrom;
    if (keptBytes > MOST_PIECE_BYTES) this.#failLength();
    const isCramped = keptBytes > this.#window.length / 2 && this.#window.length < MOST_WINDOW_BYTES;
    const grownBytes = Math.min(this.#window.length * 2, MOST_WINDOW_BYTES);
    const target = isCramped ? Buffer.alloc(grownBytes) : this.#window;
    target.set(this.#window.subarray(keepFrom, this.#filledBytes));
    this.#window = target;
    this.#windowOffsetBytes += keepFrom;
    this.#at -= keepFrom;
    const read = this.#source.read(target.subarray(keptBytes), this.#windowOffsetBytes + keptBytes);
    this.#filledBytes = keptBytes + read;
    return read > 0;
  }
}
