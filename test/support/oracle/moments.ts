import { readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { packRanges, unpackRanges } from '../../../src/core/packed-ranges.ts';
import { clipRanges, countSequences, hasSequence } from '../../../src/core/sequence-ranges.ts';
import { parseIndex } from '../../../src/format/index/parse.ts';
import type { IndexBlock, IndexContent, IndexSubject } from '../../../src/format/index/types.ts';
import { indexedLive } from '../../../src/model/live-set.ts';
import { recordsOf } from '../damage.ts';
import { BLOCK, filesOf } from './stream-files.ts';

const ERASED_OR_TOMBSTONE = 3n << 62n;
const CHECKSUM_BYTES = 8;

/** A message as it lies in its block. */
interface Stored {
  readonly block: number;
  readonly endBytes: number;
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly subject: string;
  readonly bytes: number;
  readonly checksum: Buffer;
}

/** A moment of a stream's past: right behind one of its messages. */
export type Moment = Pick<Stored, 'block' | 'endBytes' | 'seq'>;

/** The messages of a stream in the order of its blocks; none where a block is compressed. */
export function storedIn(folder: string): readonly Stored[] {
  const blocks = blocksOf(folder).map(({ path, block }) => ({ block, bytes: readFileSync(path) }));
  if (blocks.some(({ bytes }) => bytes.toString('latin1', 0, 3) === 'cmp')) return [];
  return blocks.flatMap(({ block, bytes }) =>
    recordsOf(bytes)
      .filter(({ at, length, seq }) => at + length <= bytes.length && (seq & ERASED_OR_TOMBSTONE) === 0n)
      .map(({ at, length, seq, subject }) => ({
        block,
        endBytes: at + length,
        seq,
        timeNs: bytes.readBigInt64LE(at + 12),
        subject: bytes.toString('latin1', at + 22, at + 22 + subject),
        bytes: length,
        checksum: bytes.subarray(at + length - CHECKSUM_BYTES, at + length),
      })),
  );
}

function blocksOf(folder: string): readonly { readonly path: string; readonly block: number }[] {
  return filesOf(folder, BLOCK)
    .map((path) => ({ path: join(folder, path), block: Number.parseInt(path.slice('msgs/'.length), 10) }))
    .toSorted((a, b) => a.block - b.block);
}

/** Leaves of the blocks what there was of them. */
export function rewindBlocks(folder: string, moment: Moment): void {
  for (const { path, block } of blocksOf(folder))
    if (block > moment.block) rmSync(path);
    else if (block === moment.block) truncateSync(path, moment.endBytes);
}

/** index.db as it was; null where it does not tell of that moment. */
export function indexAt(bytes: Buffer, all: readonly Stored[], moment: Moment): IndexContent | null {
  const parsed = parseIndex(bytes);
  if (!parsed.ok) return null;
  const { value } = parsed;
  const stored = all.filter(
    ({ block, endBytes }) => block < moment.block || (block === moment.block && endBytes <= moment.endBytes),
  );
  const blocks = value.blocks
    .filter(({ index }) => index <= moment.block)
    .map((entry) => (entry.index < moment.block ? entry : blockAt(entry, stored)));
  const [first, last] = [stored[0], stored.at(-1)];
  if (first === undefined || last === undefined || blocks.at(-1)?.lastSeq !== last.seq) return null;
  const isLive = ({ block, seq }: Stored): boolean =>
    value.blocks.some((entry) => entry.index === block && hasSequence(indexedLive(entry), seq));
  const live = stored.filter(isLive);
  const subjects = subjectsOf(live);
  return {
    ...value,
    messages: BigInt(live.length),
    bytes: blocks.reduce((sum, entry) => sum + entry.bytes, 0n),
    firstSeq: live[0]?.seq ?? last.seq + 1n,
    firstTimeNs: live[0]?.timeNs ?? 0n,
    lastSeq: last.seq,
    lastTimeNs: last.timeNs,
    numSubjects: subjects.length,
    subjects: () => subjects,
    blocks,
    lastBlockIndex: moment.block,
    lastChecksum: last.checksum,
  };
}

function blockAt(entry: IndexBlock, stored: readonly Stored[]): IndexBlock {
  const own = stored.filter(({ block, seq }) => block === entry.index && seq >= entry.firstSeq);
  const last = own.at(-1);
  const lastSeq = last?.seq ?? 0n;
  const deleted = clipRanges(unpackRanges(entry.deleted), entry.firstSeq, lastSeq);
  const live = own.filter(({ seq }) => !hasSequence(deleted, seq));
  return {
    ...entry,
    bytes: live.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n),
    lastSeq,
    lastTimeNs: last?.timeNs ?? 0n,
    numDeleted: countSequences(deleted),
    deleted: packRanges(deleted),
  };
}

function subjectsOf(live: readonly Stored[]): readonly IndexSubject[] {
  const found = new Map<string, IndexSubject>();
  for (const { subject, block } of live) {
    const known = found.get(subject);
    found.set(subject, {
      subject: Buffer.from(subject, 'latin1'),
      messages: (known?.messages ?? 0n) + 1n,
      firstBlock: known?.firstBlock ?? block,
      lastBlock: block,
    });
  }
  return [...found.values()];
}
