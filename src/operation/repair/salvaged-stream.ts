import type { SequenceRanges } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import type { PackedScan } from '../../kernels/types.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import type { MessageRun } from './message-run.ts';
import type { Damage, RepairNote } from './types.ts';

/** Messages that an index lists as live in one block. */
export interface Listing {
  readonly file: string;
  readonly isMissing: boolean;
  /** The index is old, and a limit or a purge may have removed the block since. */
  readonly isDoubtful: boolean;
  readonly seqs: SequenceRanges;
}

/** What is left of one stream in one archive. */
export interface SalvagedStream {
  readonly archive: StreamArchive;
  /** Every intact message, deleted or not. */
  readonly runs: readonly MessageRun[];
  /** Sequences that something intact proves deleted. */
  readonly deleted: SequenceRanges;
  /** Sequences that an intact index lists as live, with the file that should hold them. */
  readonly listed: readonly Listing[];
  readonly damages: readonly Damage[];
  /** The last sequence that anything intact speaks of; 0n where nothing does. */
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
  readonly findings: readonly Finding[];
  readonly notes: readonly RepairNote[];
  /** Its blocks, in order, where every one of them is whole and under its own name; else null. */
  readonly whole: readonly { readonly file: BlockFile; readonly scan: PackedScan }[] | null;
  /** Gives back what is open when no run is read any more. */
  close(): void;
}
