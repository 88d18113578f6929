import { oncePer } from '../core/once-per.ts';
import type { IndexBlock, StreamIndex } from '../format/index/types.ts';

/** What an index.db says of each block, by its number: a damaged stream asks for as many as it has blocks. */
export const listedBlocks: (index: StreamIndex) => ReadonlyMap<number, IndexBlock> = oncePer(
  (index: StreamIndex) => new Map(index.blocks.map((block) => [block.index, block])),
);
