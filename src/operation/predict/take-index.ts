import { oncePer } from '../../core/once-per.ts';
import type { IndexBlock } from '../../format/index/types.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import { packedLive } from '../../model/live-set.ts';
import type { Remembered } from './rebuild-stream.ts';
import type { RecoveredBlock, RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

/** What a server makes of index.db: the state it takes from it, or what it remembers of one it does not take. */
export interface IndexUse {
  readonly taken: RecoveredStream | null;
  readonly remembered: Remembered | null;
}

const NOT_USED: IndexUse = { taken: null, remembered: null };

/** The checks of format/index/README.md that depend on the server; those that do not were made when it was loaded. */
export function takeIndex(archive: StreamArchive, rules: ServerRules): IndexUse {
  const { index } = archive;
  if (index === null || index.version > rules.indexVersion) return NOT_USED;
  const { listed, missing, isLastMissing, isCurrent, stream } = tellingOf(archive);
  if (listed.length === 0) return NOT_USED;
  if (!isCurrent || (rules.missesBlocks && missing.length > 0)) {
    const lost = isLastMissing ? listed.slice(-1) : missing;
    const hasLoss = lost.some((block) => packedLive(block).count > 0n);
    // What is flushed late may be gone without a loss.
    const isForgotten = rules.missesBlocks && archive.config?.['persist_mode'] === 'async';
    return { taken: null, remembered: isForgotten ? null : { lastSeq: index.lastSeq, hasLoss } };
  }
  return { taken: stream, remembered: null };
}

/** What index.db says of the blocks, whoever reads it. */
interface IndexTelling {
  readonly listed: readonly IndexBlock[];
  readonly missing: readonly IndexBlock[];
  readonly isLastMissing: boolean;
  readonly isCurrent: boolean;
  /** Of a server that takes it. */
  readonly stream: RecoveredStream;
}

const tellingOf = oncePer((archive: StreamArchive): IndexTelling => {
  const { index, indexStanding } = archive;
  const files = new Map(archive.blocks.map((block) => [block.index, block]));
  const all = index?.blocks ?? [];
  const listed = all.filter((block, i) => i === all.length - 1 || packedLive(block).count > 0n);
  const isLastMissing = index === null || !files.has(index.lastBlockIndex);
  const blocks = listed.flatMap((entry): RecoveredBlock[] => {
    const block: BlockFile | undefined = files.get(entry.index);
    if (block === undefined) return [];
    const { firstSeq, lastSeq, firstTimeNs, lastTimeNs } = entry;
    const live = packedLive(entry);
    const messages = live.count;
    return [{ block, live, messages, firstSeq, lastSeq, firstTimeNs, lastTimeNs, readBytes: null }];
  });
  return {
    listed,
    missing: listed.filter((block) => !files.has(block.index)),
    isLastMissing,
    isCurrent: indexStanding === 'current' || (indexStanding === 'block-missing' && !isLastMissing),
    stream: {
      isIndexed: true,
      blocks,
      messages: index?.messages ?? 0n,
      firstSeq: index?.firstSeq ?? 0n,
      lastSeq: index?.lastSeq ?? 0n,
    },
  };
});
