import { NS_PER_SECOND, formatTimeNs } from '../../core/time.ts';
import type { SequencePosition } from '../../format/consumer-state/types.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import type { SequencePair } from '../types.ts';
import type { ExportedConsumer } from './types.ts';

/** A consumer as documents have it. */
export function exportedConsumer(consumer: ConsumerArchive): ExportedConsumer {
  const { name, created, config, state } = consumer;
  const known = { name, created, config };
  if (state === null) return { ...known, delivered: null, ack_floor: null, pending: null, redelivered: null };
  const { pending, redelivered } = state;
  return {
    ...known,
    delivered: pairOf(state.delivered),
    ack_floor: pairOf(state.ackFloor),
    pending: Array.from(pending.streamSeqs, (seq, i) => ({
      stream_seq: seq,
      consumer_seq: pending.consumerSeqs[i] ?? 0n,
      time: formatTimeNs((pending.deliveredTimesSec[i] ?? 0n) * NS_PER_SECOND),
    })).toSorted(bySequence),
    redelivered: Array.from(redelivered.streamSeqs, (seq, i) => ({
      stream_seq: seq,
      count: redelivered.counts[i] ?? 0n,
    })).toSorted(bySequence),
  };
}

/** Servers write them in any order. */
function bySequence(a: { readonly stream_seq: bigint }, b: { readonly stream_seq: bigint }): number {
  return a.stream_seq < b.stream_seq ? -1 : 1;
}

function pairOf(position: SequencePosition): SequencePair {
  return { consumer_seq: position.consumerSeq, stream_seq: position.streamSeq };
}
