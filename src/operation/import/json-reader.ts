import { SourceError } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type { ByteSource } from '../../source/byte-source.ts';

/** Stops, with the line and offset of what is wrong. */
export type Fail = (what: string) => never;

/** A message is at most 32 MiB, two thirds more in base64; a state file of a consumer is smaller. */
const MOST_PIECE_BYTES = 64 * 1024 * 1024;
const WINDOW_BYTES = 1024 * 1024;
const TOO_LONG = `a value is longer than ${MOST_PIECE_BYTES} bytes`;
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

  /** Takes the value that begins here, as it stands; its bytes hold until the reader goes on. */
  value(): Buffer {
    if (this.peek() === null) this.fail('a value expected');
    const fail = this.failHere();
    const lengthBytes = this.#passValue();
    if (lengthBytes === 0) this.fail('a value expected');
    if (lengthBytes > MOST_PIECE_BYTES) fail(TOO_LONG);
    return this.#window.subarray(this.#at - lengthBytes, this.#at);
  }

  /** Takes an object apart: gives the name of each field, whose value is to be taken then. Stops at one that comes twice. */
  *fields(): Generator<string> {
    const names = new Set<string>();
    this.take('{');
    while (this.peek() !== '}') {
      if (names.size > 0) this.take(',');
      this.peek();
      const fail = this.failHere();
      const name = this.#name() ?? fail('a field name expected');
      if (names.has(name)) fail(`${name}: a second time`);
      names.add(name);
      this.take(':');
      this.peek();
      yield name;
    }
    this.take('}');
  }

  #name(): string | null {
    const bytes = this.value();
    const name = bytes.toString('utf8', 1, bytes.length - 1);
    // Almost every name is plain.
    if (bytes[0] === QUOTE && /^\w*$/.test(name)) return name;
    const parsed = parseJson(bytes.toString('utf8'));
    return parsed.ok && typeof parsed.value === 'string' ? parsed.value : null;
  }

  fail(what: string): never {
    return this.failHere()(this.#isAtEnd ? `the file ends, ${what}` : what);
  }

  /** For what will be found wrong with what begins here. */
  failHere(): Fail {
    const [line, offsetBytes] = [this.#line, this.offsetBytes];
    return (what) => {
      throw new SourceError(`${this.#label}: line ${line}, byte ${offsetBytes}: ${what}`);
    };
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

  /** Reads on; what lies before `keepFrom` is given up. Returns whether there is more. */
  #fill(keepFrom: number): boolean {
    const keptBytes = this.#filledBytes - keepFrom;
    if (keptBytes > MOST_PIECE_BYTES) this.fail(TOO_LONG);
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
