import { integerField, type JsonObject } from '../../core/json.ts';
import { pendingOf, redeliveredOf } from '../../format/consumer-state/rows.ts';
import type { ConsumerState, SequencePosition } from '../../format/consumer-state/types.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import type { KeptPositions } from './kept-positions.ts';

/** What consumers are moved into: the sequences of the stream that is written, and where the old ones went. */
export interface NewRange {
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly isRenumbered: boolean;
  readonly positions: KeptPositions;
}

/** Every stream sequence that a consumer speaks of, as `moveConsumer` asks for it. */
export function* sequencesOfConsumer({ config, state }: ConsumerArchive): Generator<bigint> {
  const start = startOf(config);
  if (start !== null) yield start - 1n;
  if (state === null) return;
  yield state.ackFloor.streamSeq;
  yield state.delivered.streamSeq;
  yield* state.pending.streamSeqs;
  yield* state.redelivered.streamSeqs;
}

/**
 * A consumer of the whole stream as one of its slice. What it had delivered stays delivered, what it had not stays to come;
 * messages that are gone are neither pending nor redelivered any more. Its own sequences stay.
 */
export function moveConsumer(consumer: ConsumerArchive, range: NewRange): ConsumerArchive {
  const { config, state } = consumer;
  return {
    ...consumer,
    config: range.isRenumbered ? movedConfig(config, range.positions) : config,
    state: state === null ? null : movedState(state, range),
  };
}

function movedConfig(config: JsonObject | null, positions: KeptPositions): JsonObject | null {
  const start = startOf(config);
  return start === null ? config : { ...config, opt_start_seq: positions.rank(start - 1n) + 1n };
}

function startOf(config: JsonObject | null): bigint | null {
  const start = config === null ? null : integerField(config, 'opt_start_seq');
  return start === null || start < 1n ? null : start;
}

function movedState(state: ConsumerState, range: NewRange): ConsumerState {
  const { positions, isRenumbered } = range;
  const seqOf = (seq: bigint): bigint => (isRenumbered ? positions.rank(seq) : seq);
  // One that has not begun begins where its configuration says.
  const hasBegun = state.delivered.streamSeq > 0n;
  const ackFloor = hasBegun ? movedPosition(state.ackFloor, range) : state.ackFloor;
  const delivered = hasBegun ? movedPosition(state.delivered, range) : state.delivered;
  const isOpen = (seq: bigint): boolean => positions.isKept(seq) && seq > state.ackFloor.streamSeq;
  const pending = pendingOf(state.pending, isOpen);
  const redelivered = redeliveredOf(state.redelivered, (seq) => positions.isKept(seq));
  return {
    ackFloor,
    delivered,
    pending: { ...pending, streamSeqs: pending.streamSeqs.map(seqOf) },
    redelivered: { ...redelivered, streamSeqs: redelivered.streamSeqs.map(seqOf) },
  };
}

function movedPosition(position: SequencePosition, range: NewRange): SequencePosition {
  const { consumerSeq, streamSeq } = position;
  if (range.isRenumbered) return { consumerSeq, streamSeq: range.positions.rank(streamSeq) };
  const lowest = range.firstSeq === 0n ? 0n : range.firstSeq - 1n;
  if (streamSeq < lowest) return { consumerSeq, streamSeq: lowest };
  return { consumerSeq, streamSeq: streamSeq > range.lastSeq ? range.lastSeq : streamSeq };
}
