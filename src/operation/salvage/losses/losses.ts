import { RangeBuilder } from '../../../core/range-builder.ts';
import { unpackRanges, type PackedRanges } from '../../../core/packed-ranges.ts';
import {
  asParts,
  NO_PARTS,
  subtractParts,
  uniteParts,
  unitePacked,
} from '../../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import {
  countSequences,
  eachRange,
  MAX_SEQUENCE,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import { lostBefore } from '../../../model/lost-before.ts';
import { declaredMore } from './declared-more.ts';
import { joined, tellDeleted, tellDeletedBefore } from './counted-losses.ts';
import { LOSS_REASONS } from '../loss-codes.ts';
import { LostRanges } from './lost-ranges.ts';
import type { Outcome } from './outcome.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import type { Damage, LostRange, StreamLoss } from '../types.ts';

/** Tells of every sequence that is neither written nor proven deleted where it was, and why it is gone. */
export function countLosses(outcome: Outcome): StreamLoss {
  const { sources, survey, deleted, name } = outcome;
  const suspected = sources.flatMap((source) => source.suspects.map(({ seqs }) => seqs.at(-1) ?? 0n));
  const endSeq = highest([outcome.lastSeq, outcome.declaredLastSeq, ...suspected]);
  const gone = uniteParts([survey.recovered, deleted, beforeFirst(outcome)]);
  const { damaged, differing, promised, removed, explained } = causesOf(outcome, endSeq, gone);
  const lastLost = explained.at(-1) ?? 0n;
  const lastSeq = lastLost > endSeq ? lastLost : endSeq;
  const declared = gone.missing(oneRange(outcome.lastSeq + 1n, outcome.declaredLastSeq));
  const counted = subtractRanges(mergeRanges([declared, countedApart(outcome, gone)]), explained);
  const ended = pieces(counted, { ...NOWHERE, code: 'DECL_MESSAGES_FEWER' });
  const lost = mergeRanges([explained, counted]);
  const [firstRemoved] = removed;
  const firstSeq = lowest([survey.recovered.first, lost[0], firstRemoved?.from]) ?? lastSeq + 1n;
  const doubtful = gapsOf(uniteParts([gone, asParts(lost)]), firstSeq, lastSeq);
  const unknown = pieces(
    subtractRanges(doubtful, removed.sequences()),
    { ...NOWHERE, code: 'UNTOLD' },
    'doubtful',
  );
  const causes = new LostRanges(joined([damaged, differing, promised, ended]));
  const toldBefore = tellDeletedBefore(causes, outcome);
  const told = tellDeleted(toldBefore.ranges, unknown, outcome);
  const surplus = told.surplus + toldBefore.surplus;
  const recovered = survey.recovered.count;
  const lostMessages = countSequences(lost) + told.raised - surplus;
  const ranges = risingOf([told.ranges, removed, told.untold]);
  return {
    account: sources[0]?.archive.account ?? null,
    name,
    first_seq: firstSeq,
    last_seq: lastSeq,
    recovered,
    lost: lostMessages,
    deleted: lastSeq - firstSeq + 1n - recovered - lostMessages,
    doubtful: countSequences(doubtful) - told.raised + surplus,
    declared_more: declaredMore(outcome, { lost: lostMessages, ranges }),
    ranges,
    disagreements: survey.disagreements,
    others: [],
  };
}

/**
 * Sequences before the first that the archive counts, where nothing was found there: they were no messages any more, but for
 * those that it lost before it was written.
 */
function beforeFirst({ counted, survey, sources: [own] }: Outcome): SequenceParts {
  const first = counted?.firstSeq ?? 0n;
  const isFirst = first > 1n && first <= (survey.recovered.first ?? MAX_SEQUENCE);
  if (!isFirst || own === undefined) return NO_PARTS;
  return subtractParts(asParts(oneRange(1n, first - 1n)), asParts(lostBefore(own.archive).seqs));
}

/** What the archive counts, where all that was found lies behind it. */
function countedApart({ counted, survey: { recovered } }: Outcome, gone: SequenceParts): SequenceRanges {
  if (counted === null || counted.messages === 0n) return NO_SEQUENCES;
  const { firstSeq, lastSeq } = counted;
  return recovered.first !== null && recovered.first > lastSeq && firstSeq > 0n
    ? gone.missing(oneRange(firstSeq, lastSeq))
    : NO_SEQUENCES;
}

/** What is known of where sequences were that are gone. */
interface KnownCauses {
  readonly damaged: LostRanges;
  readonly differing: LostRanges;
  /** Listed by an index. */
  readonly promised: LostRanges;
  /** Listed by an old one, or suspected. */
  readonly removed: LostRanges;
  /** All of these that are lost. */
  readonly explained: SequenceRanges;
}

function causesOf({ sources, survey }: Outcome, endSeq: bigint, gone: SequenceParts): KnownCauses {
  const before = inOrder(eachOf(sources, (source) => piecesBefore(source, endSeq, gone)));
  const known = uniteParts([gone, asParts(before.sequences())]);
  const hit = eachOf(sources, (source) => damagePieces(source, known));
  const damaged = inOrder(joined([before, hit]));
  let explained = damaged.sequences();
  const differing = new LostRanges(
    pieces(subtractRanges(survey.undecided, explained), { ...NOWHERE, code: 'COPIES_DIFFER' }),
  );
  explained = mergeRanges([explained, survey.undecided]);
  const promises = (state: LostRange['state']): LostRanges =>
    inOrder(eachOf(sources, (source) => promisePieces(source, state, gone, explained)));
  const promised = promises('lost');
  explained = mergeRanges([explained, promised.sequences()]);
  const suspects = eachOf(sources, (source) => suspectPieces(source, gone, explained));
  const removed = inOrder(joined([promises('doubtful'), suspects]));
  return { damaged, differing, promised, removed, explained };
}

function* eachOf(
  sources: readonly SalvagedStream[],
  piecesOf: (source: SalvagedStream) => Iterable<LostRange>,
): Generator<LostRange> {
  for (const source of sources) yield* piecesOf(source);
}

/** All of them, by their first sequences. */
function risingOf(lists: readonly Iterable<LostRange>[]): LostRanges {
  return new LostRanges(new LostRanges(joined(lists)).rising());
}

function gapsOf(set: SequenceParts, firstSeq: bigint, lastSeq: bigint): SequenceRanges {
  const gaps = new RangeBuilder();
  for (const [from, to] of set.gaps(firstSeq, lastSeq)) gaps.add(from, to);
  return gaps.take();
}

const NOWHERE = { file: null, offsetBytes: null, lengthBytes: null } as const;

type Cause = Pick<Damage, 'offsetBytes' | 'lengthBytes' | 'code' | 'detail'> & {
  readonly file: string | null;
};

function* pieces(
  seqs: SequenceRanges,
  cause: Cause,
  state: LostRange['state'] = 'lost',
): Generator<LostRange> {
  for (const [from, to] of eachRange(seqs)) yield piece(from, to, cause, state);
}

function piece(from: bigint, to: bigint, cause: Cause, state: LostRange['state'] = 'lost'): LostRange {
  const { file, offsetBytes: offset, lengthBytes: length, code, detail } = cause;
  const reason = detail === undefined ? LOSS_REASONS[code] : `${LOSS_REASONS[code]} (${detail})`;
  return { from, to, state, file, offset, length, code, reason, missing: null };
}

/** Each sequence once: where two causes claim it, the one that begins first has it. */
function inOrder(ranges: Iterable<LostRange>): LostRanges {
  const out = new LostRanges();
  let next = 0n;
  for (const range of new LostRanges(ranges).rising()) {
    if (range.to < next) continue;
    out.add(range.from < next ? { ...range, from: next } : range);
    next = range.to + 1n;
  }
  return out;
}

/**
 * What became of the sequences in damaged stretches, but those of `gone`. Where an index speaks, it tells which of them were
 * messages.
 */
function* damagePieces(source: SalvagedStream, gone: SequenceParts): Generator<LostRange> {
  const listed = unitePacked(source.listed.map(({ seqs }) => seqs));
  const unlisted = asParts(oneRange((listed.last ?? 0n) + 1n, MAX_SEQUENCE));
  const open = subtractParts(uniteParts([listed, unlisted]), gone);
  for (const damage of source.damages())
    if (damage.code !== 'LOST_BEFORE') yield* pieces(open.within(damage.from, damage.to), damage);
}

/** What was lost before the archive was written, but the sequences of `gone`: its indexes do not list it. backup.json has no checksum. */
function* piecesBefore(source: SalvagedStream, endSeq: bigint, gone: SequenceParts): Generator<LostRange> {
  for (const damage of source.damages()) {
    if (damage.code !== 'LOST_BEFORE') continue;
    const to = damage.to < endSeq ? damage.to : endSeq;
    yield* pieces(gone.missing(oneRange(damage.from, to)), damage);
  }
}

/** What an index lists as live, but for what was found or is explained. */
function* promisePieces(
  { listed }: SalvagedStream,
  state: LostRange['state'],
  gone: SequenceParts,
  explained: SequenceRanges,
): Generator<LostRange> {
  const isDoubtful = state === 'doubtful';
  for (const listing of listed) {
    if (listing.isDoubtful !== isDoubtful) continue;
    const missing = isDoubtful ? 'BLOCK_REMOVED_OR_LOST' : 'BLK_MISSING';
    const code = listing.isMissing ? missing : 'IDX_BLOCK_DIFFERS';
    const open = subtractRanges(missingOf(listing.seqs, gone), explained);
    yield* pieces(open, { ...NOWHERE, file: listing.file, code }, state);
  }
}

/** What block numbers and consumers speak of, but for what was found or is explained. */
function* suspectPieces(
  { suspects }: SalvagedStream,
  gone: SequenceParts,
  explained: SequenceRanges,
): Generator<LostRange> {
  for (const { file, code, seqs } of suspects)
    yield* pieces(subtractRanges(gone.missing(seqs), explained), { ...NOWHERE, file, code }, 'doubtful');
}

function missingOf(seqs: PackedRanges, gone: SequenceParts): SequenceRanges {
  return gone.countWithin(seqs.first, seqs.last) === seqs.last - seqs.first + 1n
    ? NO_SEQUENCES
    : gone.missing(unpackRanges(seqs));
}

function highest(seqs: readonly bigint[]): bigint {
  return seqs.reduce((a, b) => (a > b ? a : b), 0n);
}

function lowest(seqs: readonly (bigint | null | undefined)[]): bigint | undefined {
  const known = seqs.filter((seq) => typeof seq === 'bigint');
  return known.length === 0 ? undefined : known.reduce((a, b) => (a < b ? a : b));
}
