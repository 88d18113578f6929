import type { Cursor } from '../../core/bytes/cursor.ts';

/** Members as pairs from, to, ascending and merged. */
export interface SequenceSet {
  readonly ranges: BigUint64Array;
  readonly members: bigint;
}

const MAGIC = 0x16;
const WORDS_OF_VERSION: Readonly<Record<number, number>> = { 1: 64, 2: 32 };

/** Reads one encoded sequence set (server: avl.Decode); null where it is damaged. */
export function parseSequenceSet(cursor: Cursor): SequenceSet | null {
  const magic = cursor.u8();
  const words = WORDS_OF_VERSION[cursor.u8()];
  const nodes = cursor.u32();
  const size = cursor.u32();
  if (magic !== MAGIC || words === undefined || cursor.isShort) return null;
  if (nodes * (8 + 8 * words + 2) > cursor.remainingBytes) return null;
  const pages: { base: bigint; at: number }[] = [];
  for (let i = 0; i < nodes; i++) {
    pages.push({ base: cursor.u64(), at: cursor.offsetBytes });
    cursor.borrow(8 * words + 2);
  }
  pages.sort((a, b) => (a.base < b.base ? -1 : a.base > b.base ? 1 : 0));
  const runs = new RunBuilder();
  const view = new DataView(cursor.bytes.buffer, cursor.bytes.byteOffset);
  for (const { base, at } of pages)
    for (let word = 0; word < words; word++)
      runs.addWord(base + 64n * BigInt(word), view.getBigUint64(at + 8 * word, true));
  return runs.members === BigInt(size)
    ? { ranges: BigUint64Array.from(runs.pairs), members: runs.members }
    : null;
}

const FULL_WORD = (1n << 64n) - 1n;

class RunBuilder {
  readonly pairs: bigint[] = [];
  members = 0n;

  addWord(base: bigint, bits: bigint): void {
    if (bits === 0n) return;
    if (bits === FULL_WORD) return this.#add(base, base + 63n);
    for (let half = 0n; half < 2n; half++) {
      let rest = Number((bits >> (32n * half)) & 0xffffffffn);
      while (rest !== 0) {
        const bit = 31 - Math.clz32(rest & -rest);
        const seq = base + 32n * half + BigInt(bit);
        this.#add(seq, seq);
        rest = (rest & (rest - 1)) >>> 0;
      }
    }
  }

  #add(from: bigint, to: bigint): void {
    this.members += to - from + 1n;
    const end = this.pairs.length - 1;
    if (end >= 0 && (this.pairs[end] ?? 0n) + 1n === from) this.pairs[end] = to;
    else this.pairs.push(from, to);
  }
}
