import type { Listing } from '../proofs/index-proofs.ts';
import type { IndexDeletes } from '../../../check/stream-evidence.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import type { Finding } from '../../../findings/finding.ts';
import type { ManifestState } from '../../../format/manifest/types.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { UntoldDeletes } from '../../deletes/untold-deletes.ts';
import type { DoubtfulPositions } from './doubtful-positions.ts';
import type { MessageRun } from '../blocks/message-run.ts';
import type { PartedStream } from './stream-parts.ts';
import type { Suspect } from '../proofs/suspects.ts';
import type { Damage, RepairNote } from '../types.ts';

/** What is left of one stream in one archive. */
export interface SalvagedStream {
  readonly archive: StreamArchive;
  /** Of another archive than the one that is repaired: where a file of it is found, by its label. */
  readonly pathOf?: (label: string) => string;
  /** Every intact message, deleted or not. */
  readonly runs: () => readonly MessageRun[];
  /** Sequences that something intact proves deleted. */
  readonly deleted: SequenceParts;
  /** Sequences that an intact index lists as live, with the file that should hold them. */
  readonly listed: readonly Listing[];
  readonly suspects: readonly Suspect[];
  /** Made one by one when they are asked for: there may be many. */
  readonly damages: () => Iterable<Damage>;
  /** The last sequence that anything intact speaks of; 0n where nothing does. */
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
  /** How many messages it says that it held, up to which sequence; null where it says nothing. */
  readonly counted: ManifestState | null;
  readonly findings: readonly Finding[];
  readonly notes: readonly RepairNote[];
  /** Damage took an index: blocks keep what they hold of deleted messages until much of it is, and the index alone tells of them. */
  readonly areDeletesUnknown: boolean;
  /** Why messages that were deleted may be here. */
  readonly untoldDeletes: readonly UntoldDeletes[];
  readonly indexDeletes: IndexDeletes | null;
  readonly doubtfulPositions: DoubtfulPositions;
  /** The same messages in parts that threads take over; null where they have to be read side by side. */
  readonly parted: PartedStream | null;
  /** Gives back what is open when no run is read any more. */
  close(): void;
}
