import { clipRanges, countSequences, subtractRanges } from '../../core/sequence-ranges.ts';
import type { Outcome } from './losses.ts';
import type { LostRange } from './types.ts';

/** Behind a cut, and in chunks of a V2 archive, only the archive's own count tells what was there. */
const COUNTED: readonly LostRange['code'][] = ['V2_CUT', 'S2_CHUNK_CORRUPT', 'DECL_MESSAGES_FEWER'];

function isOnlyCounted({ code }: LostRange): boolean {
  return COUNTED.includes(code);
}

/** Losses, where it is told of those that are only counted that some of them were deleted before. */
export interface WithCut {
  readonly ranges: readonly LostRange[];
  /** So many of their sequences were deleted. */
  readonly surplus: bigint;
}

/**
 * Where nothing tells which sequences were deleted, but the archive counts its messages, and fewer of them are missing than
 * there are sequences, that is told with the ranges. A count of fewer messages than were found is not believed.
 */
export function tellDeleted(ranges: readonly LostRange[], outcome: Outcome): WithCut {
  const { counted, survey, deleted } = outcome;
  const sequences = countOf(ranges.filter(isOnlyCounted));
  if (counted === null || sequences === 0n) return { ranges, surplus: 0n };
  const kept = clipRanges(subtractRanges(survey.recovered, deleted), 1n, counted.lastSeq);
  const others = ranges.filter((range) => !isOnlyCounted(range) && range.to <= counted.lastSeq);
  const missing = counted.messages - countSequences(kept) - countOf(others);
  if (missing < 0n || missing >= sequences) return { ranges, surplus: 0n };
  return {
    ranges: ranges.map((range) => (isOnlyCounted(range) ? withCount(range, missing) : range)),
    surplus: sequences - missing,
  };
}

function withCount(range: LostRange, missing: bigint): LostRange {
  const messages = missing === 1n ? '1 message is' : `${missing} messages are`;
  const told = `${messages} missing among such sequences, the others were deleted: nothing tells which`;
  return { ...range, reason: `${range.reason} (${told})` };
}

function countOf(ranges: readonly LostRange[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1n, 0n);
}
