import { clipRanges, countSequences, NO_SEQUENCES, type SequenceRanges } from '../core/sequence-ranges.ts';
import type { StreamArchive } from './stream-archive.ts';

/** Messages that were lost before an archive was written. */
export interface LostBefore {
  readonly seqs: SequenceRanges;
  /** How many of them were messages; the others were deleted. */
  readonly messages: bigint;
}

export const NOTHING_BEFORE: LostBefore = { seqs: NO_SEQUENCES, messages: 0n };

/** What backup.json says was lost before it was written, as that of a repaired archive does. */
export function lostBefore({ manifest }: StreamArchive): LostBefore {
  const { lost: seqs = NO_SEQUENCES, lostMessages } = manifest?.state ?? {};
  return { seqs, messages: atMost(lostMessages, seqs) };
}

/** Within from..to; where fewer messages are lost than sequences, not more than these. */
export function lostWithin({ seqs, messages }: LostBefore, from: bigint, to: bigint): LostBefore {
  const within = clipRanges(seqs, from, to);
  return { seqs: within, messages: atMost(messages, within) };
}

function atMost(messages: bigint | undefined, seqs: SequenceRanges): bigint {
  const count = countSequences(seqs);
  return messages !== undefined && messages < count ? messages : count;
}
