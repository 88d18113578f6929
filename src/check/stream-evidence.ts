import type { SequenceParts } from '../core/sequence-parts.ts';
import type { Fault, Finding } from '../findings/finding.ts';
import { makeFinding } from '../findings/finding.ts';
import type { BlockLiveSet } from '../model/live-set.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import type { ScanResult } from '../workers/jobs/scan.ts';
import type { TallyResult } from '../workers/jobs/tally.ts';

/** All that the checks of a stream kept as files look at: its files, and what its records turned out to be. */
export interface StreamEvidence {
  readonly archive: StreamArchive;
  /** By block number. */
  readonly results: ReadonlyMap<number, ScanResult>;
  /** In block order. */
  readonly sets: readonly BlockLiveSet[];
  /** Live messages, block by block, in the order of `sets`. */
  readonly tallies: readonly TallyResult[];
  /** Live messages with good records, the whole stream. */
  readonly live: SequenceParts;
  readonly total: TallyResult;
  /** What a server finds live that rebuilds from the blocks, also what an older index proves deleted. */
  readonly served: SequenceParts;
  readonly indexDeletes: IndexDeletes | null;
}

/** Messages in the blocks that an index calls deleted which is not current; null where there is none of them. */
export interface IndexDeletes {
  /** Whether it is of these blocks: then they are not among the live ones. */
  readonly isProven: boolean;
  readonly messages: bigint;
}

/** A finding in a file of the stream. */
export function findingAt(evidence: StreamEvidence, file: string, fault: Fault): Finding {
  return makeFinding(fault, { ...evidence.archive.place, file });
}
