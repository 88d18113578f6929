import { areSamePacked } from '../../core/packed-sets.ts';
import { lostBefore } from '../../model/lost-before.ts';
import { packedLive, type BlockLiveSet } from '../../model/live-set.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { stateFromIndex, type StateNumbers } from '../../model/stream-state.ts';
import { LARGEST_BLOCK_BYTES } from '../../workers/rewrite-block.ts';
import type { Archive } from '../open/open-archive.ts';
import { scanJobs } from '../read/scan-stream.ts';
import type { SoundBlock, StreamContent, UnreadContent } from '../content/content.ts';
import { soundBlock, streamContent } from './stream-content.ts';
import type { WriteOptions } from './types.ts';

/**
 * The content of an archive that is to be written: where its index is current it is read no sooner than it is written, block
 * by block, and until then what the index says. Throws SourceError, ToolError.
 */
export async function contentToWrite(
  archive: StreamArchive,
  work: Archive,
  options: Pick<WriteOptions, 'dryRun'>,
): Promise<StreamContent> {
  const presumed = options.dryRun === true ? null : presumedContent(archive, work);
  return presumed ?? streamContent(archive, work);
}

function presumedContent(archive: StreamArchive, work: Archive): StreamContent | null {
  const { index, parts } = archive;
  const isUsable = archive.encrypted === null && archive.indexStanding === 'current' && archive.name !== '';
  if (!isUsable || index === null || parts.findings.some(({ code }) => code === 'SRC_UNREADABLE'))
    return null;
  const sets = presumedSets(archive);
  if (sets.some(({ block }) => block.entry.sizeBytes > LARGEST_BLOCK_BYTES)) return null;
  // When a last message that is deleted was written is known once its block was read.
  if (index.lastSeq > (sets.at(-1)?.live.last ?? 0n)) return null;
  const scans: UnreadContent['scans'] = new Map();
  return {
    state: { ...stateFromIndex(index), numSubjects: null },
    messages: async () => {
      throw new Error('messages of content that was not read');
    },
    blocks: { blocks: sets.map((set) => soundBlock(archive.name, set)), pool: work.pool },
    unread: {
      scans,
      jobOf: scanJobs(archive),
      onScanned: ({ entry }) => work.onBytes(entry.sizeBytes, entry.label),
      read: async () => {
        // What was scanned has been told already.
        const told = new Set(
          archive.blocks.filter((block) => scans.has(block.index)).map((block) => block.entry.label),
        );
        const onBytes: Archive['onBytes'] = (bytes, label) => told.has(label) || work.onBytes(bytes, label);
        return streamContent(archive, { ...work, onBytes }, scans);
      },
    },
    lost: { msgs: [], bytes: 0 },
    lostBefore: lostBefore(archive),
    findings: [],
  };
}

function presumedSets({ index, blocks }: StreamArchive): Pick<BlockLiveSet, 'block' | 'live'>[] {
  const indexed = new Map(index?.blocks.map((block) => [block.index, block]));
  return blocks.flatMap((block) => {
    const listed = indexed.get(block.index);
    const live = listed === undefined ? null : packedLive(listed);
    return live === null || live.count === 0n ? [] : [{ block, live }];
  });
}

/** Whether content turned out to be what it was presumed to be: the same messages in the same blocks, all of them sound. */
export function isAsPresumed(actual: StreamContent, presumed: StreamContent): boolean {
  const [found, expected] = [actual.blocks?.blocks, presumed.blocks?.blocks];
  return (
    isSameState(actual.state, presumed.state) &&
    found !== undefined &&
    found.length === expected?.length &&
    found.every((block, i) => isSameBlock(block, expected[i]))
  );
}

function isSameState(a: StateNumbers, b: StateNumbers): boolean {
  const fields = ['messages', 'bytes', 'firstSeq', 'firstTimeNs', 'lastSeq', 'lastTimeNs'] as const;
  return fields.every((field) => a[field] === b[field]);
}

function isSameBlock(a: SoundBlock, b: SoundBlock | undefined): boolean {
  return a.file === b?.file && areSamePacked(a.live, b.live);
}
