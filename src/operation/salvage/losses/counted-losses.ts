import { asParts, intersectParts } from '../../../core/sequence-part-sets.ts';
import { lostBefore, NOTHING_BEFORE } from '../../../model/lost-before.ts';
import { LOSS_REASONS } from '../loss-codes.ts';
import { stillLost } from '../stream/lost-before.ts';
import { LostRanges } from './lost-ranges.ts';
import type { Outcome } from './outcome.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import { takenFromOlder } from './taken-from-older.ts';
import type { LostRange } from '../types.ts';

/** Behind a cut, and in chunks of a V2 archive, only the archive's own count tells what was there. */
const COUNTED: readonly LostRange['code'][] = ['V2_CUT', 'S2_CHUNK_CORRUPT', 'DECL_MESSAGES_FEWER'];

/** What nothing else tells deleted or not; where deletes are unknown, that is said of any sequence that is lost. */
function isOnlyCounted({ code, state }: LostRange, own: SalvagedStream | undefined): boolean {
  // Between two entries of a V2 archive may have been any number of others.
  if (code === 'BLK_RECORD_MALFORMED' && own?.archive.form === 'v2') return true;
  const areDeletesUnknown = own?.areDeletesUnknown ?? false;
  const isHit = areDeletesUnknown && state === 'lost' && code !== 'LOST_BEFORE' && code !== 'COPIES_DIFFER';
  return isHit || COUNTED.includes(code);
}

/** What was lost before is in no count of the archive. */
function isFromBefore({ code }: LostRange): boolean {
  return code === 'LOST_BEFORE';
}

/** Losses, where it is told of those that are only counted that some of them were deleted before. */
interface CountedLosses {
  readonly ranges: LostRanges;
  /** Of which nothing speaks. */
  readonly untold: LostRanges;
  /** So many sequences of which nothing speaks are among the losses, since the archive counts more than all else explains. */
  readonly raised: bigint;
  /** So many sequences among the losses were deleted. */
  readonly surplus: bigint;
}

/**
 * Where fewer messages were lost before than there are sequences, since some of these were deleted, that is told with the
 * ranges.
 */
export function tellDeletedBefore(
  ranges: LostRanges,
  { sources: [own], survey }: Outcome,
): Pick<CountedLosses, 'ranges' | 'surplus'> {
  const before = own === undefined ? NOTHING_BEFORE : lostBefore(own.archive);
  const { messages, sequences } = stillLost(before, ranges, survey.recovered);
  if (messages === sequences) return { ranges, surplus: 0n };
  const known = asParts(before.seqs);
  const isCounted = (range: LostRange): boolean =>
    isFromBefore(range) && known.countWithin(range.from, range.to) > 0n;
  return {
    ranges: new LostRanges(withCounts(ranges, isCounted, messages)),
    surplus: sequences - messages,
  };
}

/**
 * Where nothing tells which sequences were deleted, but the archive counts its messages, and fewer of them are missing than
 * there are sequences, that is told with the ranges. A count of fewer messages than were found is not believed, unless deleted ones
 * may be among these: then it is the most that can be missing.
 */
export function tellDeleted(
  ranges: LostRanges,
  unknown: Iterable<LostRange>,
  { counted, survey, deleted, sources }: Outcome,
): CountedLosses {
  const [own] = sources;
  const untold = new LostRanges(unknown);
  const asFound = { ranges, untold, raised: 0n, surplus: 0n };
  if (counted === null) return asFound;
  const { lastSeq } = counted;
  const dead = intersectParts(survey.recovered, deleted).countWithin(1n, lastSeq);
  const kept = survey.recovered.countWithin(1n, lastSeq) - dead;
  const isCounted = (range: LostRange): boolean => isOnlyCounted(range, own);
  const others = countOf(ranges, (range) => !isCounted(range) && !isFromBefore(range) && range.to <= lastSeq);
  const isKeptBelieved = kept <= counted.messages || own?.areDeletesUnknown !== true;
  const missing = counted.messages - (isKeptBelieved ? kept : 0n) - others;
  const isEnough = missing <= countOf(ranges, isCounted) || !isKeptBelieved;
  const isRaised = ({ to }: LostRange): boolean => !isEnough && to <= lastSeq;
  const raised = countOf(untold, isRaised);
  const sequences = countOf(ranges, isCounted) + raised;
  if (sequences === 0n) return asFound;
  // What an older archive gave may have been deleted since, and takes nothing off the loss.
  const most = isKeptBelieved ? missing + takenFromOlder(sources, survey.helped) : missing;
  if (most < 0n) return asFound;
  const isPart = most < sequences;
  const all = joined([ranges, raisedOf(untold, isRaised)]);
  return {
    ranges: new LostRanges(isPart ? withCounts(all, isCounted, most) : all),
    untold: new LostRanges(where(untold, (range) => !isRaised(range))),
    raised,
    surplus: isPart ? sequences - most : 0n,
  };
}

/** One list behind the other. */
export function* joined(lists: readonly Iterable<LostRange>[]): Generator<LostRange> {
  for (const list of lists) yield* list;
}

function* where(ranges: Iterable<LostRange>, fits: (range: LostRange) => boolean): Generator<LostRange> {
  for (const range of ranges) if (fits(range)) yield range;
}

function* raisedOf(untold: LostRanges, isRaised: (range: LostRange) => boolean): Generator<LostRange> {
  const code = 'DECL_MESSAGES_FEWER';
  for (const range of where(untold, isRaised))
    yield { ...range, state: 'lost', code, reason: LOSS_REASONS[code] };
}

/** With what is `missing` among those that fit. */
function* withCounts(
  ranges: Iterable<LostRange>,
  fits: (range: LostRange) => boolean,
  missing: bigint,
): Generator<LostRange> {
  for (const range of ranges) yield fits(range) ? { ...range, missing } : range;
}

function countOf(ranges: LostRanges, fits: (range: LostRange) => boolean): bigint {
  let count = 0n;
  for (const { from, to } of where(ranges, fits)) count += to - from + 1n;
  return count;
}
