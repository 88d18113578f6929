import { clipRanges, countSequences, intersectRanges, subtractRanges } from '../../core/sequence-ranges.ts';
import { lostBefore, NOTHING_BEFORE } from '../../model/lost-before.ts';
import { LOSS_REASONS } from './loss-codes.ts';
import type { Outcome } from './losses.ts';
import type { LostRange } from './types.ts';

/** Behind a cut, and in chunks of a V2 archive, only the archive's own count tells what was there. */
const COUNTED: readonly LostRange['code'][] = ['V2_CUT', 'S2_CHUNK_CORRUPT', 'DECL_MESSAGES_FEWER'];

function isOnlyCounted({ code }: LostRange): boolean {
  return COUNTED.includes(code);
}

/** The same of what was lost before, among sequences of which some were deleted. */
export function tellDeletedBefore(
  ranges: readonly LostRange[],
  { sources: [own], survey }: Outcome,
): Pick<CountedLosses, 'ranges' | 'surplus'> {
  const before = own === undefined ? NOTHING_BEFORE : lostBefore(own.archive);
  const healed = countSequences(intersectRanges(survey.recovered, before.seqs));
  const missing = before.messages > healed ? before.messages - healed : 0n;
  const sequences = countOf(ranges.filter(({ code }) => code === 'LOST_BEFORE'));
  if (missing >= sequences || before.messages === countSequences(before.seqs)) return { ranges, surplus: 0n };
  return {
    ranges: ranges.map((range) => (range.code === 'LOST_BEFORE' ? withCount(range, missing) : range)),
    surplus: sequences - missing,
  };
}

/** What was lost before is in no count of the archive. */
function isCountedElsewhere(range: LostRange): boolean {
  return !isOnlyCounted(range) && range.code !== 'LOST_BEFORE';
}

/** Losses, where it is told of those that are only counted that some of them were deleted before. */
interface CountedLosses {
  readonly ranges: readonly LostRange[];
  /** Of which nothing speaks. */
  readonly untold: readonly LostRange[];
  /** So many sequences of which nothing speaks are among the losses, since the archive counts more than all else explains. */
  readonly raised: bigint;
  /** So many sequences among the losses were deleted. */
  readonly surplus: bigint;
}

/**
 * Where nothing tells which sequences were deleted, but the archive counts its messages, and fewer of them are missing than
 * there are sequences, that is told with the ranges. A count of fewer messages than were found is not believed.
 */
export function tellDeleted(
  ranges: readonly LostRange[],
  untold: readonly LostRange[],
  outcome: Outcome,
): CountedLosses {
  const { counted, survey, deleted } = outcome;
  const asFound = { ranges, untold, raised: 0n, surplus: 0n };
  if (counted === null) return asFound;
  const kept = clipRanges(subtractRanges(survey.recovered, deleted), 1n, counted.lastSeq);
  const others = ranges.filter((range) => isCountedElsewhere(range) && range.to <= counted.lastSeq);
  const missing = counted.messages - countSequences(kept) - countOf(others);
  const isEnough = missing <= countOf(ranges.filter(isOnlyCounted));
  const raised = isEnough ? [] : untold.filter(({ to }) => to <= counted.lastSeq).map(asCounted);
  const all = [...ranges, ...raised];
  const sequences = countOf(all.filter(isOnlyCounted));
  if (missing < 0n || sequences === 0n) return asFound;
  return {
    ranges:
      missing >= sequences
        ? all
        : all.map((range) => (isOnlyCounted(range) ? withCount(range, missing) : range)),
    untold: isEnough ? untold : untold.filter(({ to }) => to > counted.lastSeq),
    raised: countOf(raised),
    surplus: missing >= sequences ? 0n : sequences - missing,
  };
}

function asCounted(range: LostRange): LostRange {
  const code = 'DECL_MESSAGES_FEWER';
  return { ...range, state: 'lost', code, reason: LOSS_REASONS[code] };
}

function withCount(range: LostRange, missing: bigint): LostRange {
  const messages = missing === 1n ? '1 message is' : `${missing} messages are`;
  const told = `${messages} missing among such sequences, the others were deleted: nothing tells which`;
  return { ...range, reason: `${range.reason} (${told})` };
}

function countOf(ranges: readonly LostRange[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1n, 0n);
}
