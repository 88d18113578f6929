import { NO_SEQUENCES, type SequenceRanges } from '../core/sequence-ranges.ts';
import type { StreamArchive } from './stream-archive.ts';

/** What backup.json says was lost before it was written, as that of a repaired archive does. */
export function lostBefore({ manifest }: StreamArchive): SequenceRanges {
  return manifest?.state?.lost ?? NO_SEQUENCES;
}
