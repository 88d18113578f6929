import { createHash } from 'node:crypto';
import { PartsBuilder } from '../../core/parts-builder.ts';
import { RangeBuilder } from '../../core/range-builder.ts';
import type { SequenceRanges } from '../../core/sequence-ranges.ts';
import { integerField, type JsonObject } from '../../core/json.ts';
import { pause } from '../../core/pause.ts';
import { RisingParts, type SequenceParts } from '../../core/sequence-parts.ts';
import { NO_PARTS } from '../../core/sequence-part-sets.ts';
import { formatTimeNs } from '../../core/time.ts';
import { Tally } from '../../workers/tally-block.ts';
import type { TallyResult } from '../../workers/jobs/tally.ts';
import { isSameMessage, NO_BYTES, type MessageRun, type RunMessage } from './message-run.ts';
import { RunMerge, type MessageCopy } from './merge-runs.ts';
import type { Disagreement } from './types.ts';

/** What a repair has to choose from. */
export interface SurveyOptions {
  readonly runs: () => readonly MessageRun[];
  /** Sequences that are not to be written. */
  readonly excluded: SequenceParts;
  /** The source that is believed where intact copies differ; undefined: none. */
  readonly prefer: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/** What the messages that are to be written add up to. */
export interface Survey {
  readonly recovered: SequenceParts;
  readonly total: TallyResult;
  /** The first of them. */
  readonly disagreements: readonly Disagreement[];
  /** Every sequence whose intact copies differ, and none was chosen. */
  readonly undecided: SequenceRanges;
  /** How many of the recovered are from each source but the first, by its place; empty where there is no other. */
  readonly helped: ReadonlyMap<number, bigint>;
}

const TURN_BYTES = 4 * 1024 * 1024;
/** Of more, only the sequences are told. */
const MOST_DISAGREEMENTS = 10_000;

/** Goes over every copy of every message once, holds copies against each other and adds up what will be written. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const tally = new Tally([], true);
  const recovered = new PartsBuilder();
  const disagreements: Disagreement[] = [];
  const undecided = new RangeBuilder();
  const helped = new Map<number, bigint>();
  await eachMessage(options, ({ seq, timeNs, subject, storedBytes }, disagreement, source) => {
    if (disagreement !== null && disagreements.length < MOST_DISAGREEMENTS) disagreements.push(disagreement);
    if (disagreement?.chosen === null) return undecided.add(seq, seq);
    if (source > 0) helped.set(source, (helped.get(source) ?? 0n) + 1n);
    recovered.add(seq, seq);
    tally.add(seq, timeNs, storedBytes, subject);
  });
  return {
    recovered: recovered.take(),
    total: tally.result(),
    disagreements,
    undecided: undecided.take(),
    helped,
  };
}

/** Gives each message that is not excluded once, in sequence order; its bytes hold during the call. It ends where it `isDone`. */
export async function eachMessage(
  options: SurveyOptions,
  take: (message: RunMessage, disagreement: Disagreement | null, source: number) => void,
  give?: () => Promise<void>,
  isDone?: () => boolean,
): Promise<void> {
  const merge = new RunMerge(options.runs());
  const excluded = new RisingParts(options.excluded);
  let bytes = 0;
  try {
    for (let copies = merge.next(); copies !== null; copies = merge.next()) {
      const [first] = copies;
      if (first === undefined) continue;
      bytes += copies.length * (64 + first.message.storedBytes);
      if (!excluded.has(first.message.seq)) {
        const disagreement = copies.length === 1 ? null : compare(copies, options.prefer);
        const chosen = disagreement?.chosen ?? first.source;
        const copy = disagreement === null ? first : copies.find(({ source }) => source === chosen);
        const { message, source } = copy ?? first;
        take(message, disagreement, source);
        if (isDone?.() === true) break;
      }
      if (bytes < TURN_BYTES) continue;
      bytes = 0;
      await give?.();
      await pause(options.signal);
    }
  } finally {
    merge.close();
  }
}

/** null where all copies are the same. */
function compare(copies: readonly MessageCopy[], prefer: number | undefined): Disagreement | null {
  const [first, ...others] = copies;
  if (first === undefined || others.every(({ message }) => isSameMessage(message, first.message)))
    return null;
  const isThere = prefer !== undefined && copies.filter(({ source }) => source === prefer).length === 1;
  return {
    seq: first.message.seq,
    chosen: isThere ? prefer : mostEqual(copies),
    copies: copies.map(({ source, message }) => ({
      source,
      time: formatTimeNs(message.timeNs),
      subject: Buffer.from(message.subject).toString('utf8'),
      header_bytes: message.header?.length ?? 0,
      data_bytes: message.data.length,
      sha256: createHash('sha256')
        .update(message.header ?? '')
        .update(message.data)
        .digest('hex'),
    })),
  };
}

/**
 * The lengths of subject and header are outside the checksum. Where copies hold the same bytes and differ in those
 * lengths alone, one was damaged there: more than half of the copies are believed. null where that does not tell.
 */
function mostEqual(copies: readonly MessageCopy[]): number | null {
  const whole = ({ message: { timeNs, subject, header, data } }: MessageCopy): Buffer =>
    Buffer.concat([Buffer.from(`${timeNs} `), subject, header ?? NO_BYTES, data]);
  const [first, ...others] = copies.map(whole);
  if (first === undefined || !others.every((other) => other.equals(first))) return null;
  const leader = copies.find(
    ({ message }) => copies.filter((copy) => isSameMessage(copy.message, message)).length * 2 > copies.length,
  );
  return leader?.source ?? null;
}

/** Sequences that the limits of a configuration remove at once (format/block/README.md): the oldest go. */
export async function beyondLimits(
  found: Survey,
  config: JsonObject,
  options: SurveyOptions,
): Promise<SequenceParts> {
  const most = config['discard'] === 'new' ? -1n : (integerField(config, 'max_msgs') ?? -1n);
  const gone = new PartsBuilder();
  const perSubject = Number(integerField(config, 'max_msgs_per_subject') ?? -1n);
  const oldest = most > 0n ? oldestOf(found.recovered, most) : (found.recovered.first ?? 0n);
  const counts = new Map([...found.total.subjects].map(([subject, { messages }]) => [subject, messages]));
  const isOver = perSubject > 0 && [...counts.values()].some((count) => count > perSubject);
  if (!isOver && oldest === (found.recovered.first ?? 0n)) return NO_PARTS;
  await eachMessage(options, ({ seq, subject }, disagreement) => {
    if (disagreement?.chosen === null) return;
    const text = Buffer.from(subject).toString('latin1');
    const left = counts.get(text) ?? 0;
    if (seq >= oldest && (perSubject <= 0 || left <= perSubject)) return;
    counts.set(text, left - 1);
    gone.add(seq, seq);
  });
  return gone.take();
}

/** The first of the newest `count` sequences. */
function oldestOf(set: SequenceParts, count: bigint): bigint {
  let excess = set.count - count;
  for (const [from, to] of set.ranges()) {
    if (excess <= to - from) return excess <= 0n ? from : from + excess;
    excess -= to - from + 1n;
  }
  return 0n;
}
