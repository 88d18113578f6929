import { subjectHash, type SubjectLot } from '../kernels/index.ts';
import type { IndexSubject } from '../format/index/types.ts';

const FEW = 1024;

/**
 * Of each subject, in words of four bytes: f64 messages; hash, bytes, first and last block; its text, zeros behind it. They lie
 * together, since memory is slow; each begins at an even word.
 */
const HASH = 2;
const BYTES = 3;
const FIRST_BLOCK = 4;
const LAST_BLOCK = 5;
const TEXT = 6;
/** What none begins with is free to say that there is none. */
const FIRST_RECORD = 2;

/** How many messages subjects have, and in which blocks; in the order in which subjects came. Subjects are bytes: no text is made of them. */
export class SubjectCounts {
  size = 0;
  /** Bytes of all subjects. */
  textBytes = 0;
  /** By the hash of a subject: where its record begins, 0 where there is none. Twice as many as there is room for subjects. */
  #slots = new Uint32Array(2 * FEW);
  #records = new Uint32Array(16 * FEW);
  #messages = new Float64Array(this.#records.buffer);
  #end = FIRST_RECORD;

  /** Counts messages of a subject. Blocks do not fall from one call to the next. */
  add(subject: Uint8Array, messages: number, block: number): void {
    const text = new Uint8Array(4 * wordsOf(subject.length));
    text.set(subject);
    this.addLot(
      {
        text,
        lengths: Uint32Array.of(subject.length),
        messages: Uint32Array.of(messages),
        hashes: Uint32Array.of(subjectHash(subject)),
      },
      block,
    );
  }

  /** The same of many subjects. */
  addLot({ text, lengths, messages, hashes }: SubjectLot, block: number): void {
    const words = new Uint32Array(text.buffer, text.byteOffset, text.length / 4);
    let from = 0;
    for (let i = 0; i < lengths.length; i++) {
      const [bytes, hash] = [lengths[i] ?? 0, hashes[i] ?? 0];
      const to = from + wordsOf(bytes);
      const slot = this.#find(hash, bytes, words, from, to);
      let record = this.#slots[slot] ?? 0;
      if (record === 0) {
        record = this.#append(hash, bytes, words.subarray(from, to), block);
        this.#slots[slot] = record;
        if (2 * this.size === this.#slots.length) this.#rehash();
      }
      this.#messages[record / 2] = (this.#messages[record / 2] ?? 0) + (messages[i] ?? 0);
      this.#records[record + LAST_BLOCK] = block;
      from = to;
    }
  }

  *[Symbol.iterator](): Generator<IndexSubject> {
    for (const record of this.#each())
      yield {
        subject: new Uint8Array(this.#records.buffer, 4 * (record + TEXT), this.#records[record + BYTES]),
        messages: BigInt(this.#messages[record / 2] ?? 0),
        firstBlock: this.#records[record + FIRST_BLOCK] ?? 0,
        lastBlock: this.#records[record + LAST_BLOCK] ?? 0,
      };
  }

  /** The slot of a subject, or the free one where it belongs. */
  #find(hash: number, bytes: number, words: Uint32Array, from: number, to: number): number {
    const slots = this.#slots;
    const records = this.#records;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const record = slots[slot] ?? 0;
      if (record === 0) return slot;
      if (records[record + HASH] !== hash || records[record + BYTES] !== bytes) continue;
      let at = from;
      for (let known = record + TEXT; at < to && words[at] === records[known]; known++) at++;
      if (at === to) return slot;
    }
  }

  #append(hash: number, bytes: number, words: Uint32Array, block: number): number {
    const record = this.#end;
    const end = nextRecord(record, bytes);
    if (end > this.#records.length) this.#makeRoom(end);
    this.#records[record + HASH] = hash;
    this.#records[record + BYTES] = bytes;
    this.#records[record + FIRST_BLOCK] = block;
    this.#records.set(words, record + TEXT);
    this.#end = end;
    this.size++;
    this.textBytes += bytes;
    return record;
  }

  #makeRoom(words: number): void {
    const more = new Uint32Array(2 * words);
    more.set(this.#records);
    this.#records = more;
    this.#messages = new Float64Array(more.buffer);
  }

  #rehash(): void {
    const slots = new Uint32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (const record of this.#each()) {
      let slot = (this.#records[record + HASH] ?? 0) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = record;
    }
    this.#slots = slots;
  }

  *#each(): Generator<number> {
    for (let record = FIRST_RECORD; record < this.#end;) {
      yield record;
      record = nextRecord(record, this.#records[record + BYTES] ?? 0);
    }
  }
}

/** Words that a text takes. */
function wordsOf(bytes: number): number {
  return (bytes + 3) >>> 2;
}

function nextRecord(record: number, bytes: number): number {
  const end = record + TEXT + wordsOf(bytes);
  return end + (end % 2);
}
