import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { MessageTotals } from '../../kernels/types.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';

/** Which messages a consumer waits for: those above `afterSeq` that a pattern matches (none = all). */
export interface PendingQuery {
  readonly afterSeq: bigint;
  readonly patterns: readonly string[];
}

/** Add up the live messages of one block. */
export interface TallyJob {
  readonly kind: 'tally';
  readonly source: SourceDescriptor;
  readonly key: Uint8Array;
  readonly live: PackedRanges;
  readonly wantSubjects: boolean;
  readonly pending: readonly PendingQuery[];
  /** Go past damage. */
  readonly salvage?: boolean;
}

/** Live messages of one subject. */
export interface SubjectTally {
  messages: number;
  bytes: number;
  lastSeq: bigint;
}

/** What live messages add up to; bytes as in a stream state, times in ns since 1970. */
export interface TallyResult extends MessageTotals {
  readonly kind: 'tally';
  /** Subject bytes as latin1 text (each byte one character), so that any bytes survive. */
  readonly subjects: ReadonlyMap<string, SubjectTally>;
  /** One count for each query. */
  readonly pending: readonly number[];
}
