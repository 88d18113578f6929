import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { SubjectTable } from '../../codec/subject-table.ts';

/** index.db: the stream's state, its subjects and its blocks. Times are ns, 0n = none. */
export interface StreamIndex extends IndexContent {
  /** What the subjects add up to; null where they hold what no block can: a subject above 1 MiB, 2^64 messages. */
  readonly subjectTotals: SubjectTable | null;
}

/** What an index.db is written of. */
export interface IndexContent {
  readonly version: number;
  readonly messages: bigint;
  readonly bytes: bigint;
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
  readonly numSubjects: number;
  /** Walks the subjects again each time; `subject` is a view into the file. */
  subjects(): Iterable<IndexSubject>;
  /** Ascending by number. */
  readonly blocks: readonly IndexBlock[];
  readonly lastBlockIndex: number;
  /** The last 8 bytes of that block when the index was written; zeros for an empty block. */
  readonly lastChecksum: Uint8Array;
}

/** One subject of the stream: its live messages, and the first and last block that may hold them. */
export interface IndexSubject {
  readonly subject: Uint8Array;
  readonly messages: bigint;
  readonly firstBlock: number;
  readonly lastBlock: number;
}

/** What index.db knows of one block. Bytes are of live messages; times are ns since 1970. */
export interface IndexBlock {
  readonly index: number;
  readonly bytes: bigint;
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
  readonly numDeleted: bigint;
  /** Messages with `Nats-TTL`; null before version 2. */
  readonly ttls: number | null;
  /** Messages with `Nats-Schedule`; null before version 3. */
  readonly schedules: number | null;
  readonly deleted: PackedRanges;
}
