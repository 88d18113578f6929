import type { BlockOwner } from '../../check/block-owner.ts';
import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import type { LostBefore } from '../../model/lost-before.ts';
import type { BlockFile } from '../../model/stream-archive.ts';
import type { StateNumbers } from '../../model/stream-state.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';
import type { RewriteInput } from '../../workers/jobs/rewrite.ts';
import type { ScanJob, ScanResult } from '../../workers/jobs/scan.ts';
import type { Pool } from '../../workers/pool.ts';
import type { MessageWalk } from './message-walk.ts';
import type { Lost } from '../types.ts';

/** A stream that is to be written: its state, a walk over its live messages, and what is not whole. */
export interface StreamContent {
  readonly state: StateNumbers;
  readonly messages: MessageWalk;
  /** The same as blocks that can be taken over whole; absent where messages have to be looked at one by one. */
  readonly blocks?: SoundBlocks | undefined;
  /** Where it was not read yet: all else is what its index makes believe. */
  readonly unread?: UnreadContent;
  readonly lost: Lost;
  /** Where the sequences of `lost` do not tell it. */
  readonly lossCount?: LossCount;
  /** What backup.json says was lost before it was written: where none of these sequences is in `lost`. Absent: nothing. */
  readonly lostBefore?: LostBefore;
  /** There may be as many as records: each is made when it is asked for. */
  readonly findings: Iterable<Finding>;
  /** Whether it is told elsewhere that messages are beyond limits. */
  readonly areLimitsTold?: boolean;
  /** Of deleted messages, in words. Absent: none. */
  readonly notes?: readonly string[];
}

/** How many messages are lost at most, how many of them a repair would keep, and how many may have been deleted instead. */
export interface LossCount {
  readonly messages: bigint;
  readonly repairable: bigint;
  readonly doubtful: bigint;
}

/** How many messages are lost of what was read. */
export function lostCount({ lost, lossCount }: StreamContent): bigint {
  return lossCount?.messages ?? lost.msgs.reduce((sum, [from, to]) => sum + to - from + 1n, 0n);
}

/** A stream as blocks that threads take over. */
export interface SoundBlocks {
  /** In order of their messages; only those that hold some. */
  readonly blocks: readonly SoundBlock[];
  readonly pool: Pool;
}

/** What one block is made of: records that were checked, or messages that can be. */
export interface SoundBlock {
  /** Asked for when its turn comes. */
  readonly open: () => Promise<{ readonly source: SourceDescriptor; readonly input: RewriteInput }>;
  readonly live: PackedRanges;
  /** Stream and block whose key its checksums are made with; null where it has none. */
  readonly owner: BlockOwner | null;
  /** The block of the archive that it is; null where it is made of something else. */
  readonly file: BlockFile | null;
}

/** Content that is read while it is written. */
export interface UnreadContent {
  /** What has been found in blocks so far, by their number. */
  readonly scans: Map<number, ScanResult>;
  /** How to check a block. */
  jobOf(block: BlockFile): ScanJob;
  /** A block was checked. */
  onScanned(block: BlockFile): void;
  /** What it really is: scans the blocks that were not. Throws SourceError, CancelledError. */
  read(): Promise<StreamContent>;
}
