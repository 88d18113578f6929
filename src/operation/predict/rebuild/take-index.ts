import type { StreamArchive } from '../../../model/stream-archive.ts';
import { packedLive } from '../../../model/live-set.ts';
import { missingBlock, oddBlocks, type OddBlock } from '../files/odd-blocks.ts';
import type { Remembered } from './rebuild-stream.ts';
import type { RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/** What a server makes of index.db: the state it takes from it, or what it remembers of one it does not take. */
export interface IndexUse {
  readonly taken: RecoveredStream | null;
  readonly remembered: Remembered | null;
}

const NOT_USED: IndexUse = { taken: null, remembered: null };

/** The checks of format/index/README.md that depend on the server; those that do not were made when it was loaded. */
export function takeIndex(archive: StreamArchive, rules: ServerRules): IndexUse {
  const { index, indexStanding } = archive;
  if (index === null || index.version > rules.indexVersion) return NOT_USED;
  const files = new Map(archive.blocks.map((block) => [block.index, block]));
  const folders = new Set(oddBlocks(archive.parts).flatMap(folderIndex));
  const listed = index.blocks.filter(
    (block, i) => i === index.blocks.length - 1 || packedLive(block).count > 0n,
  );
  const missing = listed.filter((block) => !files.has(block.index) && !folders.has(block.index));
  const isLastMissing = !files.has(index.lastBlockIndex) && !folders.has(index.lastBlockIndex);
  const isCurrent =
    indexStanding === 'current' || (indexStanding === 'block-missing' && files.has(index.lastBlockIndex));
  if (listed.length === 0) return NOT_USED;
  if (!isCurrent || (rules.missesBlocks && missing.length > 0)) {
    // Of missing blocks the last one only is looked for.
    const hasLoss = isLastMissing && listed.slice(-1).some((block) => packedLive(block).count > 0n);
    // What is flushed late may be gone without a loss.
    const isForgotten = rules.missesBlocks && archive.config?.['persist_mode'] === 'async';
    return { taken: null, remembered: isForgotten ? null : { lastSeq: index.lastSeq, hasLoss } };
  }
  const blocks = listed.map((entry): RecoveredBlock => {
    const { firstSeq, lastSeq, firstTimeNs, lastTimeNs } = entry;
    const live = packedLive(entry);
    const messages = live.count;
    const known = { live, messages, firstSeq, lastSeq, firstTimeNs, lastTimeNs, readBytes: null };
    const block = files.get(entry.index);
    if (block !== undefined) return { block, ...known };
    const flaw = folders.has(entry.index) ? 'folder' : 'missing';
    return { block: missingBlock(entry.index), ...known, flaw };
  });
  const { messages, firstSeq, lastSeq } = index;
  return { taken: { isIndexed: true, blocks, messages, firstSeq, lastSeq }, remembered: null };
}

function folderIndex({ block, oddity }: OddBlock): readonly number[] {
  return oddity === 'folder' ? [block.index] : [];
}
