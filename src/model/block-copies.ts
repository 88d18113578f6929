import type { Entry, FileStreamParts } from '../container/entry.ts';

/** A file whose name goes on behind that of a block: a rewrite that was staged (`1.blk.tmp`), or a copy that someone kept. */
export interface BlockCopy {
  /** Of the block beside which it lies. */
  readonly number: number;
  readonly entry: Entry;
}

const COPY = /^msgs\/\+?(\d+)\.blk./;

/** Servers up to 2.9 take them for blocks. */
export function blockCopies({ entries, strays }: FileStreamParts): readonly BlockCopy[] {
  return [...entries, ...strays].flatMap((entry) => {
    const number = COPY.exec(entry.path)?.[1];
    return number === undefined ? [] : [{ number: Number(number), entry }];
  });
}
