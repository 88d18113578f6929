import { RangeBuilder } from '../../core/range-builder.ts';
import {
  clipRanges,
  countSequences,
  eachRange,
  eachRangeWithin,
  MAX_SEQUENCE,
  mergeRanges,
  oneRange,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import { tellDeleted, tellDeletedBefore } from './counted-losses.ts';
import { LOSS_REASONS } from './loss-codes.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import type { Survey } from './survey.ts';
import type { Damage, LostRange, StreamLoss } from './types.ts';

/** What is known of a stream before the losses are counted. */
export interface Outcome {
  readonly sources: readonly SalvagedStream[];
  readonly survey: Pick<Survey, 'recovered' | 'disagreements' | 'undecided'>;
  /** Proven deleted, and not written. */
  readonly deleted: SequenceRanges;
  readonly name: string;
  readonly lastSeq: bigint;
  /** A backup.json that knows of messages behind all that was found: its last sequence, else 0n. */
  readonly declaredLastSeq: bigint;
  /** What the repaired archive says that it held, and up to which sequence; null where it says nothing. */
  readonly counted: { readonly messages: bigint; readonly lastSeq: bigint } | null;
}

/** Tells of every sequence that is neither written nor proven deleted where it was, and why it is gone. */
export function countLosses(outcome: Outcome): StreamLoss {
  const { sources, survey, deleted, name } = outcome;
  const gone = mergeRanges([survey.recovered, deleted]);
  const open = (seqs: SequenceRanges): SequenceRanges => subtractRanges(seqs, around(seqs, gone));
  const endSeq = outcome.lastSeq > outcome.declaredLastSeq ? outcome.lastSeq : outcome.declaredLastSeq;
  const before = inOrder(sources.flatMap((source) => piecesBefore(source, endSeq, gone)));
  const known = mergeRanges([gone, sequencesOf(before)]);
  const damaged = inOrder([...before, ...sources.flatMap((source) => damagePieces(source, known))]);
  let explained = sequencesOf(damaged);
  const differing = pieces(subtractRanges(survey.undecided, explained), {
    ...NOWHERE,
    code: 'COPIES_DIFFER',
  });
  explained = mergeRanges([explained, survey.undecided]);
  const promised = inOrder(
    sources
      .flatMap((source) => promisesOf(source, false))
      .flatMap((cause) => pieces(subtractRanges(open(cause.seqs), explained), cause)),
  );
  explained = mergeRanges([explained, sequencesOf(promised)]);
  const removed = inOrder(
    sources
      .flatMap((source) => promisesOf(source, true))
      .flatMap((cause) => pieces(subtractRanges(open(cause.seqs), explained), cause, 'doubtful')),
  );
  const lastLost = explained.at(-1) ?? 0n;
  const lastSeq = lastLost > endSeq ? lastLost : endSeq;
  const behind = subtractRanges(open(oneRange(outcome.lastSeq + 1n, outcome.declaredLastSeq)), explained);
  const ended = pieces(behind, { ...NOWHERE, code: 'DECL_MESSAGES_FEWER' });
  const lost = mergeRanges([explained, behind]);
  const firstSeq = lowest([survey.recovered[0], lost[0], removed[0]?.from]) ?? lastSeq + 1n;
  const range = oneRange(firstSeq, lastSeq);
  const doubtful = subtractRanges(range, mergeRanges([gone, lost]));
  const unknown = pieces(
    subtractRanges(doubtful, sequencesOf(removed)),
    { ...NOWHERE, code: 'UNTOLD' },
    'doubtful',
  );
  const toldBefore = tellDeletedBefore([...damaged, ...differing, ...promised, ...ended], outcome);
  const told = tellDeleted(toldBefore.ranges, unknown, outcome);
  const surplus = told.surplus + toldBefore.surplus;
  const recovered = countSequences(survey.recovered);
  const lostMessages = countSequences(lost) + told.raised - surplus;
  return {
    account: sources[0]?.archive.account ?? null,
    name,
    first_seq: firstSeq,
    last_seq: lastSeq,
    recovered,
    lost: lostMessages,
    deleted: countSequences(range) - recovered - lostMessages,
    doubtful: countSequences(doubtful) - told.raised + surplus,
    ranges: [...told.ranges, ...removed, ...told.untold].toSorted((a, b) => (a.from < b.from ? -1 : 1)),
    disagreements: survey.disagreements,
    others: [],
  };
}

const NOWHERE = { file: null, offsetBytes: null, lengthBytes: null } as const;

type Cause = Pick<Damage, 'offsetBytes' | 'lengthBytes' | 'code' | 'detail'> & {
  readonly file: string | null;
};

function pieces(seqs: SequenceRanges, cause: Cause, state: LostRange['state'] = 'lost'): LostRange[] {
  return [...eachRange(seqs)].map(([from, to]) => piece(from, to, cause, state));
}

function piece(from: bigint, to: bigint, cause: Cause, state: LostRange['state'] = 'lost'): LostRange {
  const { file, offsetBytes: offset, lengthBytes: length, code, detail } = cause;
  const reason = detail === undefined ? LOSS_REASONS[code] : `${LOSS_REASONS[code]} (${detail})`;
  return { from, to, state, file, offset, length, code, reason };
}

/** Each sequence once: where two causes claim it, the one that begins first has it. */
function inOrder(ranges: readonly LostRange[]): LostRange[] {
  const out: LostRange[] = [];
  let next = 0n;
  for (const range of ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    if (range.to < next) continue;
    out.push(range.from < next ? { ...range, from: next } : range);
    next = range.to + 1n;
  }
  return out;
}

/** What of a large set may meet a small one: there are as many small ones as there is damage. */
function around(small: SequenceRanges, large: SequenceRanges): SequenceRanges {
  return clipRanges(large, small[0] ?? 1n, small.at(-1) ?? 0n);
}

/**
 * What became of the sequences in damaged stretches, but those of `gone`. Where an index speaks, it tells which of them were
 * messages.
 */
function damagePieces(source: SalvagedStream, gone: SequenceRanges): LostRange[] {
  const listed = mergeRanges(source.listed.map(({ seqs }) => seqs));
  const unlisted = oneRange((listed.at(-1) ?? 0n) + 1n, MAX_SEQUENCE);
  const open = subtractRanges(mergeRanges([listed, unlisted]), gone);
  const ranges: LostRange[] = [];
  for (const damage of source.damages()) {
    if (damage.code === 'LOST_BEFORE') continue;
    for (const [from, to] of eachRangeWithin(open, damage.from, damage.to))
      ranges.push(piece(from, to, damage));
  }
  return ranges;
}

/** What was lost before the archive was written, but the sequences of `gone`: its indexes do not list it. backup.json has no checksum. */
function piecesBefore(source: SalvagedStream, endSeq: bigint, gone: SequenceRanges): LostRange[] {
  const ranges: LostRange[] = [];
  for (const damage of source.damages()) {
    if (damage.code !== 'LOST_BEFORE') continue;
    const { from } = damage;
    const to = damage.to < endSeq ? damage.to : endSeq;
    ranges.push(...pieces(subtractRanges(oneRange(from, to), clipRanges(gone, from, to)), damage));
  }
  return ranges;
}

/** Of ranges that rise. */
function sequencesOf(ranges: readonly LostRange[]): SequenceRanges {
  const sequences = new RangeBuilder();
  for (const { from, to } of ranges) sequences.add(from, to);
  return sequences.take();
}

function promisesOf(
  source: SalvagedStream,
  isDoubtful: boolean,
): (Cause & { readonly seqs: SequenceRanges })[] {
  const missing = isDoubtful ? 'BLOCK_REMOVED_OR_LOST' : 'BLK_MISSING';
  return source.listed
    .filter((listing) => listing.isDoubtful === isDoubtful)
    .map(({ file, isMissing, seqs }) => ({
      ...NOWHERE,
      file,
      code: isMissing ? missing : 'IDX_BLOCK_DIFFERS',
      seqs,
    }));
}

function lowest(seqs: readonly (bigint | undefined)[]): bigint | undefined {
  const known = seqs.filter((seq) => seq !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => (a < b ? a : b));
}
