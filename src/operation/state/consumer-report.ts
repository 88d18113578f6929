import type { SequenceParts } from '../../core/sequence-parts.ts';
import { MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import { subjectMatches } from '../../core/subject.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ConsumerState } from '../../format/consumer-state/types.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import type { PendingQuery, SubjectTally, TallyResult } from '../../workers/jobs/tally.ts';
import type { ConsumerReport } from '../types.ts';

/** What is known of a stream's messages when its consumers are reported. */
export interface PendingFacts {
  /** Live sequences; null where the blocks were not read and no index tells. */
  readonly live: SequenceParts | null;
  /** Counts for `pendingQueries`, in its order, and the subjects; null where the blocks were not read. */
  readonly total: TallyResult | null;
}

/** Text of a pattern or subject with one character for each byte of UTF-8, as tallies keep subjects. */
export function byteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function patternsOf(config: JsonObject | null): string[] {
  const one = config?.['filter_subject'];
  const many = config?.['filter_subjects'];
  const texts = [
    ...(typeof one === 'string' && one !== '' ? [one] : []),
    ...(Array.isArray(many) ? many.map(String) : []),
  ];
  return texts.map(byteText);
}

function isLastPerSubject(config: JsonObject | null): boolean {
  return config?.['deliver_policy'] === 'last_per_subject';
}

/** What has to be counted in the blocks, one query for each consumer. */
export function pendingQueries(archive: StreamArchive): PendingQuery[] {
  return archive.consumers.map((consumer) => ({
    afterSeq: consumer.state?.delivered.streamSeq ?? MAX_SEQUENCE,
    patterns: patternsOf(consumer.config),
  }));
}

/** Whether some consumer can only be counted subject by subject. */
export function needsSubjects(archive: StreamArchive): boolean {
  return archive.consumers.some((consumer) => isLastPerSubject(consumer.config));
}

export function consumerReports(archive: StreamArchive, facts: PendingFacts): ConsumerReport[] {
  return archive.consumers.map((consumer, at) => {
    const state =
      consumer.state === null
        ? null
        : settledState(consumer.state, archive.config, facts.live?.first ?? null);
    const pair = (
      position: { consumerSeq: bigint; streamSeq: bigint } | undefined,
    ): ConsumerReport['delivered'] =>
      position === undefined ? null : { consumer_seq: position.consumerSeq, stream_seq: position.streamSeq };
    return {
      name: consumer.name,
      created: consumer.created,
      config: consumer.config,
      delivered: pair(state?.delivered),
      ack_floor: pair(state?.ackFloor),
      num_ack_pending: state === null ? null : state.pending.streamSeqs.length,
      num_redelivered: state === null ? null : state.redelivered.streamSeqs.length,
      num_pending: state === null ? null : pendingOf(consumer, state.delivered.streamSeq, at, facts),
    };
  });
}

/**
 * Where an acknowledgement removes the message, one that is waited for and gone was acknowledged: a server that starts
 * moves the floor over it (server: consumer.checkPending).
 */
export function settledState(
  state: ConsumerState,
  config: JsonObject | null,
  firstLiveSeq: bigint | null,
): ConsumerState {
  const removesAcked = config?.['retention'] === 'workqueue' || config?.['retention'] === 'interest';
  if (!removesAcked || firstLiveSeq === null || !state.pending.streamSeqs.some((seq) => seq < firstLiveSeq))
    return state;
  const kept = [...state.pending.streamSeqs.keys()].filter(
    (i) => (state.pending.streamSeqs[i] ?? 0n) >= firstLiveSeq,
  );
  if (kept.length > 0) return state;
  return {
    ...state,
    ackFloor: state.delivered,
    pending: { ...state.pending, streamSeqs: new BigUint64Array(0) },
  };
}

function pendingOf(
  consumer: ConsumerArchive,
  afterSeq: bigint,
  at: number,
  facts: PendingFacts,
): number | bigint | null {
  const patterns = patternsOf(consumer.config);
  if (facts.total !== null) {
    if (isLastPerSubject(consumer.config)) return lastPerSubject(facts.total.subjects, patterns, afterSeq);
    return facts.total.pending[at] ?? null;
  }
  if (facts.live === null || patterns.length > 0 || isLastPerSubject(consumer.config)) return null;
  return facts.live.countWithin(afterSeq + 1n, MAX_SEQUENCE);
}

function lastPerSubject(
  subjects: ReadonlyMap<string, SubjectTally>,
  patterns: readonly string[],
  afterSeq: bigint,
): number {
  let count = 0;
  for (const [subject, tally] of subjects) {
    const fits = patterns.length === 0 || patterns.some((pattern) => subjectMatches(pattern, subject));
    if (fits && tally.lastSeq > afterSeq) count++;
  }
  return count;
}
