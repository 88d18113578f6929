import type { IndexSubject } from '../format/index/types.ts';

const FEW = 1024;

/** How many messages subjects have, and in which blocks; in the order in which subjects came. Subjects are bytes: no text is made of them. */
export class SubjectCounts {
  size = 0;
  /** By the hash of a subject: 1 + its number, 0 where there is none. Twice as many as there is room for subjects. */
  #slots = new Uint32Array(2 * FEW);
  #hashes = new Uint32Array(FEW);
  #ends = new Uint32Array(FEW);
  #messages = new Float64Array(FEW);
  #firstBlocks = new Uint32Array(FEW);
  #lastBlocks = new Uint32Array(FEW);
  /** Subjects, one behind the other. */
  #text = new Uint8Array(32 * FEW);

  /** Counts messages of the subject that lies at from..to. Blocks do not fall from one call to the next. */
  add(text: Uint8Array, from: number, to: number, messages: number, block: number): void {
    const hash = hashOf(text, from, to);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let held = this.#slots[slot] ?? 0; held !== 0; held = this.#slots[slot] ?? 0) {
      const number = held - 1;
      if (this.#hashes[number] === hash && this.#isSame(number, text, from, to)) {
        this.#messages[number] = (this.#messages[number] ?? 0) + messages;
        this.#lastBlocks[number] = block;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.size + 1;
    this.#append(hash, text.subarray(from, to), messages, block);
  }

  *[Symbol.iterator](): Generator<IndexSubject> {
    for (let number = 0; number < this.size; number++)
      yield {
        subject: this.#text.subarray(this.#ends[number - 1] ?? 0, this.#ends[number]),
        messages: BigInt(this.#messages[number] ?? 0),
        firstBlock: this.#firstBlocks[number] ?? 0,
        lastBlock: this.#lastBlocks[number] ?? 0,
      };
  }

  #isSame(number: number, text: Uint8Array, from: number, to: number): boolean {
    const start = this.#ends[number - 1] ?? 0;
    if ((this.#ends[number] ?? 0) - start !== to - from) return false;
    for (let i = from; i < to; i++) if (text[i] !== this.#text[start + i - from]) return false;
    return true;
  }

  #append(hash: number, subject: Uint8Array, messages: number, block: number): void {
    const number = this.size++;
    const start = this.#ends[number - 1] ?? 0;
    if (start + subject.length > this.#text.length) {
      const longer = new Uint8Array(Math.max(2 * this.#text.length, start + subject.length));
      longer.set(this.#text);
      this.#text = longer;
    }
    this.#text.set(subject, start);
    this.#ends[number] = start + subject.length;
    this.#hashes[number] = hash;
    this.#messages[number] = messages;
    this.#firstBlocks[number] = block;
    this.#lastBlocks[number] = block;
    if (this.size === this.#hashes.length) this.#grow();
  }

  #grow(): void {
    const room = 2 * this.size;
    const longer = (column: Uint32Array): Uint32Array<ArrayBuffer> => {
      const copy = new Uint32Array(room);
      copy.set(column);
      return copy;
    };
    this.#hashes = longer(this.#hashes);
    this.#ends = longer(this.#ends);
    this.#firstBlocks = longer(this.#firstBlocks);
    this.#lastBlocks = longer(this.#lastBlocks);
    const messages = new Float64Array(room);
    messages.set(this.#messages);
    this.#messages = messages;
    this.#slots = new Uint32Array(2 * room);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number++) {
      let slot = (this.#hashes[number] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

/** FNV-1a, with its upper bits mixed into the lower ones. */
function hashOf(text: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (text[i] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
