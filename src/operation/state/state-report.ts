import {
  countDeleted,
  timeText,
  type DeletedSequences,
  type StateNumbers,
} from '../../model/stream-state.ts';
import type { StreamState } from '../types.ts';

/** What a state should tell beside its totals. */
export interface StateReportOptions {
  readonly consumerCount: number;
  /** List every deleted sequence. */
  readonly gaps: boolean;
}

/** A state as the NATS API writes it. */
export function stateReport(state: StateNumbers, options: StateReportOptions): StreamState {
  return {
    messages: state.messages,
    bytes: state.bytes,
    first_seq: state.firstSeq,
    first_ts: timeText(state.firstTimeNs),
    last_seq: state.lastSeq,
    last_ts: timeText(state.lastTimeNs),
    num_subjects: state.numSubjects,
    num_deleted: countDeleted(state),
    ...(options.gaps ? { deleted: state.deleted === null ? null : sequencesOf(state.deleted) } : {}),
    consumer_count: options.consumerCount,
  };
}

/** Walked anew each time it is read, so that a stream of any size can be written out. */
export function sequencesOf(deleted: DeletedSequences): Iterable<bigint> {
  return {
    *[Symbol.iterator]() {
      for (const [from, to] of deleted.ranges()) for (let seq = from; seq <= to; seq++) yield seq;
    },
  };
}
