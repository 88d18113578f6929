import type { Entry, StreamParts } from '../../../container/entry.ts';
import { blockCopies } from '../../../model/block-copies.ts';
import type { BlockFile } from '../../../model/stream-archive.ts';
import { MemorySource } from '../../../source/memory.ts';

/** What only some servers take for a block. */
export interface OddBlock {
  readonly block: BlockFile;
  /** A file whose name goes on behind that of a block, as `1.blk.tmp`; or a folder of a block's name. */
  readonly oddity: 'copy' | 'folder';
}

const FOLDER = /^msgs\/(\d+)\.blk$/;

export function oddBlocks(parts: StreamParts): readonly OddBlock[] {
  if (!('entries' in parts)) return [];
  const copies = blockCopies(parts).map(({ number, entry }) => odd('copy', number, entry));
  const folders = parts.foldersAsFiles.flatMap((path) => {
    const number = FOLDER.exec(path)?.[1];
    return number === undefined ? [] : [odd('folder', Number(number), emptyEntry(path))];
  });
  return [...copies, ...folders];
}

function odd(oddity: OddBlock['oddity'], number: number, entry: Entry): OddBlock {
  return { block: blockOf(number, entry), oddity };
}

/** A block that an index tells of and that is not there. */
export function missingBlock(index: number): BlockFile {
  return blockOf(index, emptyEntry(`msgs/${index}.blk`));
}

function blockOf(index: number, entry: Entry): BlockFile {
  return { index, entry, sidecar: null, sidecarCurrent: false };
}

function emptyEntry(path: string): Entry {
  const source = new MemorySource(new Uint8Array(0));
  return { path, label: path, sizeBytes: 0, carrierOffsetBytes: null, open: () => source };
}
