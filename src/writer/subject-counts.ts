import { subjectHash, type SubjectLot } from '../kernels/index.ts';
import type { IndexSubject } from '../format/index/types.ts';

const FEW = 1024;

/** Of each subject, in words of four bytes: f64 messages; hash, end of its text, first and last block. They lie together: memory is slow. */
const WORDS = 6;
const HASH = 2;
const END = 3;
const FIRST_BLOCK = 4;
const LAST_BLOCK = 5;

/** How many messages subjects have, and in which blocks; in the order in which subjects came. Subjects are bytes: no text is made of them. */
export class SubjectCounts {
  size = 0;
  /** By the hash of a subject: 1 + its number, 0 where there is none. Twice as many as there is room for subjects. */
  #slots = new Uint32Array(2 * FEW);
  #words = new Uint32Array(WORDS * FEW);
  #messages = new Float64Array(this.#words.buffer);
  /** Subjects, one behind the other. */
  #text = new Uint8Array(32 * FEW);

  /** Bytes of all subjects. */
  get textBytes(): number {
    return this.#startOf(this.size);
  }

  /** Counts messages of a subject. Blocks do not fall from one call to the next. */
  add(subject: Uint8Array, messages: number, block: number): void {
    this.#add(subject, 0, subject.length, subjectHash(subject), messages, block);
  }

  /** The same of many subjects. */
  addLot({ text, lengths, messages, hashes }: SubjectLot, block: number): void {
    let at = 0;
    for (let i = 0; i < lengths.length; i++) {
      const end = at + (lengths[i] ?? 0);
      this.#add(text, at, end, hashes[i] ?? 0, messages[i] ?? 0, block);
      at = end;
    }
  }

  #add(text: Uint8Array, from: number, to: number, hash: number, messages: number, block: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let held = this.#slots[slot] ?? 0; held !== 0; held = this.#slots[slot] ?? 0) {
      const number = held - 1;
      if (this.#words[number * WORDS + HASH] === hash && this.#isSame(number, text, from, to)) {
        this.#count(number, messages, block);
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.size + 1;
    this.#append(hash, text.subarray(from, to), block);
    this.#count(this.size - 1, messages, block);
    if (this.size * WORDS === this.#words.length) this.#grow();
  }

  *[Symbol.iterator](): Generator<IndexSubject> {
    for (let number = 0; number < this.size; number++)
      yield {
        subject: this.#text.subarray(this.#startOf(number), this.#words[number * WORDS + END]),
        messages: BigInt(this.#messages[(number * WORDS) / 2] ?? 0),
        firstBlock: this.#words[number * WORDS + FIRST_BLOCK] ?? 0,
        lastBlock: this.#words[number * WORDS + LAST_BLOCK] ?? 0,
      };
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : (this.#words[(number - 1) * WORDS + END] ?? 0);
  }

  #isSame(number: number, text: Uint8Array, from: number, to: number): boolean {
    const start = this.#startOf(number);
    if ((this.#words[number * WORDS + END] ?? 0) - start !== to - from) return false;
    for (let i = from; i < to; i++) if (text[i] !== this.#text[start + i - from]) return false;
    return true;
  }

  #count(number: number, messages: number, block: number): void {
    const at = (number * WORDS) / 2;
    this.#messages[at] = (this.#messages[at] ?? 0) + messages;
    this.#words[number * WORDS + LAST_BLOCK] = block;
  }

  #append(hash: number, subject: Uint8Array, block: number): void {
    const number = this.size++;
    const start = this.#startOf(number);
    if (start + subject.length > this.#text.length) {
      const longer = new Uint8Array(Math.max(2 * this.#text.length, start + subject.length));
      longer.set(this.#text);
      this.#text = longer;
    }
    this.#text.set(subject, start);
    this.#words[number * WORDS + HASH] = hash;
    this.#words[number * WORDS + END] = start + subject.length;
    this.#words[number * WORDS + FIRST_BLOCK] = block;
  }

  #grow(): void {
    const words = new Uint32Array(2 * this.#words.length);
    words.set(this.#words);
    this.#words = words;
    this.#messages = new Float64Array(words.buffer);
    this.#slots = new Uint32Array(4 * this.size);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = (words[number * WORDS + HASH] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}
