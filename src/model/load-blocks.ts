import type { Entry, FileStreamParts } from '../container/entry.ts';
import { parseBlockIndex } from '../format/block-index/parse.ts';
import type { BlockIndex } from '../format/block-index/types.ts';
import { parseBlockSubjects } from '../format/block-subjects/parse.ts';
import type { FindingSink } from './finding-sink.ts';
import { readEntry, readLastBytes } from './read-entry.ts';
import type { BlockFile, StrayBlockIndex } from './stream-archive.ts';

const BLOCK_NAME = /^msgs\/(0|[1-9][0-9]{0,9})\.blk$/;
const BLOCK_INDEX_NAME = /^msgs\/(0|[1-9][0-9]{0,9})\.idx$/;

/** Finds the message blocks and, where `readable`, reads the 2.9 index files beside them. */
export function loadBlocks(
  parts: FileStreamParts,
  entries: ReadonlyMap<string, Entry>,
  sink: FindingSink,
  readable: boolean,
): BlockFile[] {
  const blocks: BlockFile[] = [];
  for (const entry of parts.entries) {
    const number = BLOCK_NAME.exec(entry.path)?.[1];
    if (number === undefined) continue;
    const sidecar = readable ? loadBlockIndex(entries.get(`msgs/${number}.idx`), sink) : null;
    if (readable) checkBlockSubjects(entries.get(`msgs/${number}.fss`), sink);
    blocks.push({ index: Number(number), entry, sidecar, sidecarCurrent: isCurrent(sidecar, entry) });
  }
  return blocks.toSorted((a, b) => a.index - b.index);
}

/** The `.idx` files of blocks that are not there, by the numbers of these. */
export function strayIndexFiles(parts: FileStreamParts): Map<number, Entry> {
  const paths = new Set(parts.entries.map(({ path }) => path));
  const files = new Map<number, Entry>();
  for (const entry of parts.entries) {
    const number = BLOCK_INDEX_NAME.exec(entry.path)?.[1];
    if (number !== undefined && !paths.has(`msgs/${number}.blk`)) files.set(Number(number), entry);
  }
  return files;
}

/** What those of them hold that can be read. */
export function loadStrayIndexes(parts: FileStreamParts, sink: FindingSink): StrayBlockIndex[] {
  const strays: StrayBlockIndex[] = [];
  for (const [index, entry] of strayIndexFiles(parts)) {
    const held = loadBlockIndex(entry, sink);
    if (held !== null) strays.push({ index, entry, held });
  }
  return strays.toSorted((a, b) => a.index - b.index);
}

function loadBlockIndex(entry: Entry | undefined, sink: FindingSink): BlockIndex | null {
  const bytes = entry === undefined ? null : readEntry(entry);
  // Old servers leave an empty file beside a block that never had a message.
  if (entry === undefined || bytes === null || bytes.length === 0) return null;
  const parsed = parseBlockIndex(bytes);
  if (parsed.ok) return parsed.value;
  sink.add(parsed.fault, entry.label);
  return null;
}

function checkBlockSubjects(entry: Entry | undefined, sink: FindingSink): void {
  const bytes = entry === undefined ? null : readEntry(entry);
  if (entry === undefined || bytes === null) return;
  const parsed = parseBlockSubjects(bytes);
  if (!parsed.ok) sink.add(parsed.fault, entry.label);
}

function isCurrent(sidecar: BlockIndex | null, block: Entry): boolean {
  if (sidecar === null) return false;
  const end = readLastBytes(block);
  if (end.length < 8) return sidecar.messages === 0n;
  return sidecar.lastChecksum.every((byte, i) => byte === end[i]);
}
