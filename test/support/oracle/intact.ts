import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseBlockIndex } from '../../../src/format/block-index/parse.ts';
import { parseIndex } from '../../../src/format/index/parse.ts';
import { openContainer } from '../../../src/container/open.ts';
import { readEntry } from '../../../src/model/read-entry.ts';
import { hasSequence, mergeRanges } from '../../../src/core/sequence-ranges.ts';
import { indexedLive } from '../../../src/model/live-set.ts';
import { chunkOffsets, IDENTIFIER, unframed } from '../frames.ts';
import type { Case } from './compare.ts';
import { originalOf, type Original, type OriginalFile, type OriginalRecord } from './original.ts';

/** What the damage left of an archive, found by looking for the original's bytes and by nothing else. */
export interface Intact {
  /** Sequences of live messages all bytes of which are still there. */
  readonly live: ReadonlySet<bigint>;
  /** Whether an index file or a tombstone that is still there, byte for byte, says that a message was deleted. */
  readonly isDeleted: (seq: bigint) => boolean;
  /** Whether the original holds a record of it, deleted or not. */
  readonly wasThere: (seq: bigint) => boolean;
}

const STREAM_FILE = /\.(blk|idx|db)$/;

export async function intactOf({ originalPath, path, done }: Case): Promise<Intact> {
  const original = await originalOf(originalPath);
  const isBackup = existsSync(join(path, 'stream.tar.s2'));
  const texts = isBackup ? await snapshotTexts(originalPath, path, done) : storeTexts(path);
  const left = original.files.flatMap((file) => leftOf(file, texts));
  const live = new Set(left.filter(({ isLive }) => isLive).map(({ seq }) => seq));
  const buried = new Set(left.filter(({ isTombstone }) => isTombstone).map(({ seq }) => seq));
  const says = indexesLeft(original, texts);
  const there = new Set(original.files.flatMap(({ records }) => records.map(({ seq }) => seq)));
  return {
    live,
    isDeleted: (seq) => buried.has(seq) || says.some((isDeleted) => isDeleted(seq)),
    wasThere: (seq) => there.has(seq),
  };
}

function storeTexts(path: string): Buffer[] {
  if (!existsSync(join(path, 'msgs'))) return [];
  return readdirSync(join(path, 'msgs'))
    .filter((name) => STREAM_FILE.test(name))
    .map((name) => join(path, 'msgs', name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file));
}

/**
 * Damage in the snapshot as a file leaves some of its chunks; damage that was there before leaves its framing whole, and
 * of its files those count that are a stream's, as in a store: not what lies beside them.
 */
async function snapshotTexts(originalPath: string, path: string, done: string): Promise<Buffer[]> {
  const [before, after] = [originalPath, path].map((folder) => readFileSync(join(folder, 'stream.tar.s2')));
  if (before === undefined || after === undefined) return [];
  if (done.startsWith('snapshot')) return chunksLeft(before, after);
  const container = await openContainer(path, {});
  const [parts] = container.streams;
  const texts =
    parts?.form === 'v1'
      ? parts.entries
          .filter((entry) => STREAM_FILE.test(entry.path))
          .map((entry) => Buffer.from(readEntry(entry) ?? []))
      : [unframed(after)];
  container.close();
  return texts;
}

/** What the chunks of an S2 stream that are still there decode to; those that follow each other as one text. */
function chunksLeft(before: Buffer, after: Buffer): Buffer[] {
  const offsets = chunkOffsets(before);
  const texts: Buffer[] = [];
  let run: Buffer[] = [];
  const endRun = (): void => {
    if (run.length > 0) texts.push(unframed(Buffer.concat([IDENTIFIER, ...run])));
    run = [];
  };
  for (const [i, at] of offsets.entries()) {
    const chunk = before.subarray(at, offsets[i + 1] ?? before.length);
    const isData = (chunk[0] ?? 0) <= 1;
    if (isData && after.includes(chunk)) run.push(chunk);
    else if (isData) endRun();
  }
  endRun();
  return texts;
}

/** The records of a file that are in one of the texts whole. */
function leftOf(file: OriginalFile, texts: readonly Buffer[]): readonly OriginalRecord[] {
  if (file.records.length === 0 || texts.some((text) => text.includes(file.bytes))) return file.records;
  const parts = file.decoded === null ? texts : texts.flatMap((text) => packedLeft(file.bytes, text));
  return file.records.filter(({ bytes }) => parts.some((text) => text.includes(bytes)));
}

/** The chunks of a compressed block that are still there: `cmp`, a size, an S2 stream, the last 8 bytes. */
function packedLeft(block: Buffer, text: Buffer): Buffer[] {
  return chunksLeft(block.subarray(block.indexOf(IDENTIFIER), -8), text);
}

/** What each index file that is still there as it was says of a sequence. */
function indexesLeft({ files }: Original, texts: readonly Buffer[]): ((seq: bigint) => boolean)[] {
  return files
    .filter(({ bytes }) => bytes.length > 0 && texts.some((text) => text.includes(bytes)))
    .flatMap(({ path, bytes }) => {
      if (path.endsWith('index.db')) {
        const parsed = parseIndex(bytes);
        if (!parsed.ok) return [];
        const { blocks, lastSeq } = parsed.value;
        const live = mergeRanges(blocks.map(indexedLive));
        return [(seq: bigint) => seq <= lastSeq && !hasSequence(live, seq)];
      }
      const parsed = path.endsWith('.idx') ? parseBlockIndex(bytes) : null;
      if (parsed?.ok !== true) return [];
      const { deleted } = parsed.value;
      return [(seq: bigint) => hasSequence(deleted, seq)];
    });
}
