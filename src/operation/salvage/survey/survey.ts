import { eachMessage, type SurveyOptions } from '../blocks/each-message.ts';
import { PartsBuilder } from '../../../core/parts-builder.ts';
import { RangeBuilder } from '../../../core/range-builder.ts';
import type { SequenceRanges } from '../../../core/sequence-ranges.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import { NO_PARTS, uniteParts } from '../../../core/sequence-part-sets.ts';
import { limitPerSubject, removalLimit } from '../../../model/removal-limits.ts';
import { Tally } from '../../../workers/tally-block.ts';
import type { TallyResult } from '../../../workers/jobs/tally.ts';
import type { Disagreement } from '../types.ts';

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

/**
 * Sequences that the limits of a configuration remove at once (format/block/README.md): the oldest go. `damaged`: messages that cannot
 * be read, but counted when the limits removed others.
 */
export async function beyondLimits(
  found: Survey,
  config: JsonObject,
  options: SurveyOptions,
  damaged: SequenceParts = NO_PARTS,
): Promise<SequenceParts> {
  const most = removalLimit(config, 'max_msgs');
  const gone = new PartsBuilder();
  const perSubject = Number(limitPerSubject(config) ?? 0n);
  const held = uniteParts([found.recovered, damaged]);
  const oldest = most !== null ? oldestOf(held, most) : (found.recovered.first ?? 0n);
  const counts = new Map([...found.total.subjects].map(([subject, { messages }]) => [subject, messages]));
  const isOver = perSubject > 0 && [...counts.values()].some((count) => count > perSubject);
  if (!isOver && oldest <= (found.recovered.first ?? 0n)) return NO_PARTS;
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
