import type { Entry, StreamParts } from '../../container/entry.ts';
import type { BlockFile } from '../../model/stream-archive.ts';
import { MemorySource } from '../../source/memory.ts';

/** What only some servers take for a block. */
export interface OddBlock {
  readonly block: BlockFile;
  /** A file whose name goes on behind that of a block, as `1.blk.tmp`; or a folder of a block's name. */
  readonly oddity: 'copy' | 'folder';
}

const COPY = /^msgs\/\+?(\d+)\.blk./;
const FOLDER = /^msgs\/(\d+)\.blk$/;

export function oddBlocks(parts: StreamParts): readonly OddBlock[] {
  if (!('entries' in parts)) return [];
  const copies = [...parts.entries, ...parts.strays].flatMap((entry) => odd('copy', COPY, entry));
  return [...copies, ...parts.foldersAsFiles.flatMap((path) => odd('folder', FOLDER, emptyEntry(path)))];
}

function odd(oddity: OddBlock['oddity'], named: RegExp, entry: Entry): readonly OddBlock[] {
  const number = named.exec(entry.path)?.[1];
  return number === undefined ? [] : [{ block: blockOf(Number(number), entry), oddity }];
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
