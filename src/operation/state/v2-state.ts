import { formatTimeNs } from '../../core/time.ts';
import type { ManifestState } from '../../format/manifest/types.ts';
import { GO_ZERO_TIME } from '../../model/stream-state.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { StreamState } from '../types.ts';
import type { V2Messages } from '../read/v2-messages.ts';

/** The state that the messages of a V2 archive add up to; behind the last of them its state.json is believed. */
export function v2State(
  archive: StreamArchive,
  state: ManifestState | null,
  { total }: V2Messages,
): StreamState {
  const isEmpty = total.messages === 0;
  const isLastGone = state !== null && state.lastSeq > total.lastSeq;
  const lastSeq = isLastGone ? state.lastSeq : total.lastSeq;
  const time = (timeNs: bigint): string => (isEmpty ? GO_ZERO_TIME : formatTimeNs(timeNs));
  return {
    messages: total.messages,
    bytes: total.bytes,
    first_seq: isEmpty ? lastSeq + 1n : total.firstSeq,
    first_ts: time(total.firstTimeNs),
    last_seq: lastSeq,
    last_ts: isLastGone ? state.lastTime : time(total.lastTimeNs),
    num_subjects: null,
    num_deleted: isEmpty ? 0n : lastSeq - total.firstSeq + 1n - BigInt(total.messages),
    consumer_count: archive.consumers.length,
  };
}
