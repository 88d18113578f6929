import type { PackedRanges } from '../../../core/packed-ranges.ts';
import type { SequenceRanges } from '../../../core/sequence-ranges.ts';
import type { BlockSubject } from '../../../format/block-subjects/parse.ts';
import type { BlockFile } from '../../../model/stream-archive.ts';

/** A block as a server holds it in memory once it has opened a stream. */
export interface RecoveredBlock {
  readonly block: BlockFile;
  readonly live: PackedRanges;
  /** As the server counts them: as many as `live`, unless a damaged `.idx` that it believes lists other deletes than it counts. */
  readonly messages: bigint;
  /** Where the server says it begins and ends: wider than `live` where deleted sequences are at its ends. */
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  /** 0n: none. */
  readonly firstTimeNs: bigint;
  readonly lastTimeNs: bigint;
  /** How far its records were read; null where an index was believed and none was read. */
  readonly readBytes: number | null;
  /**
   * Why it cannot be loaded any more, and no message be taken out of it: what an index told of is gone (`missing`, which
   * the first look finds out) or a folder, a compressed block was cut (`cut`), or it is a copy beside the block, which is
   * found instead.
   */
  readonly flaw?: 'missing' | 'folder' | 'cut' | 'copy';
  /** Of 2.9: what an `.fss` that it takes tells of its subjects. */
  readonly subjects?: readonly BlockSubject[] | null;
}

/** A stream as a server holds it in memory. */
export interface RecoveredStream {
  /** index.db was taken: no record has been read yet. */
  readonly isIndexed: boolean;
  readonly blocks: readonly RecoveredBlock[];
  readonly messages: bigint;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  /** Messages of a block that was cut when a limit had the server look into it. */
  readonly cut?: SequenceRanges;
}

/** Messages in the blocks of a stream: all but those that it stores meanwhile. */
export function liveMessages({ blocks }: RecoveredStream): bigint {
  return blocks.reduce((sum, block) => sum + block.live.count, 0n);
}

/** What a server ends with that does not get as far as serving the stream. */
export interface NotServed {
  readonly outcome: 'absent' | 'refused' | 'crash';
  readonly reason: string;
  /** The server removes the stream's folder; else it leaves it alone. */
  readonly isDeleted?: true;
}

export function isServed<T extends object>(result: T | NotServed): result is T {
  return !('outcome' in result);
}

/** A server that is busy with a stream for ever: no other is served either; a restore is given up. */
export function neverReady(reason: string, isStart: boolean): NotServed {
  return { outcome: isStart ? 'crash' : 'refused', reason };
}
