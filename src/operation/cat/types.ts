import type { Finding } from '../../findings/finding.ts';
import type { DeleteNote } from '../delete-note.ts';

/** What `catMessages` came to. */
export interface CatResult {
  /** How many messages were given out. */
  readonly messages: number;
  /** How many sound messages the streams hold that were looked through. */
  readonly held: number;
  /** What was damaged or missing among what was selected. */
  readonly findings: readonly Finding[];
  /** Where no current index tells which messages were deleted: what was left out, and what may be too much. */
  readonly notes: readonly DeleteNote[];
  /** In words, which folders were left out, since they hold a stream that was given from another one. */
  readonly leftOut: readonly string[];
}
