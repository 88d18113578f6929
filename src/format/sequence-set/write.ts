import type { ByteWriter } from '../../core/bytes/byte-writer.ts';
import { countSequences, eachRange, type SequenceRanges } from '../../core/sequence-ranges.ts';

const MAGIC = 0x16;
const VERSION = 2;
const WORDS = 32;
const PAGE = BigInt(64 * WORDS);

interface Page {
  readonly base: bigint;
  readonly words: BigUint64Array;
}

/** Writes a sequence set, version 2, as a balanced tree: node, left, right (server: avl.Encode). */
export function writeSequenceSet(writer: ByteWriter, ranges: SequenceRanges): void {
  const pages = pagesOf(ranges);
  writer
    .u8(MAGIC)
    .u8(VERSION)
    .u32(pages.length)
    .u32(Number(countSequences(ranges)));
  writeTree(writer, pages, 0, pages.length);
}

function pagesOf(ranges: SequenceRanges): Page[] {
  const pages: Page[] = [];
  for (const [from, to] of eachRange(ranges))
    for (let seq = from; seq <= to;) {
      const base = seq - (seq % PAGE);
      let page = pages.at(-1);
      if (page?.base !== base) {
        page = { base, words: new BigUint64Array(WORDS) };
        pages.push(page);
      }
      const offset = seq - base;
      const word = Number(offset >> 6n);
      const bit = offset & 63n;
      const wordEnd = base + BigInt(word) * 64n + 63n;
      const last = to < wordEnd ? to : wordEnd;
      const run = (1n << (last - seq + 1n)) - 1n;
      page.words[word] = (page.words[word] ?? 0n) | (run << bit);
      seq = last + 1n;
    }
  return pages;
}

/** Of `count` nodes in order, the middle one is the root; a balanced tree of n nodes is as high as n has binary digits. */
function writeTree(writer: ByteWriter, pages: readonly Page[], from: number, to: number): void {
  if (from >= to) return;
  const root = (from + to) >> 1;
  const page = pages[root];
  if (page === undefined) return;
  writer.u64(page.base);
  for (const word of page.words) writer.u64(word);
  writer.u16(32 - Math.clz32(to - from));
  writeTree(writer, pages, from, root);
  writeTree(writer, pages, root + 1, to);
}
