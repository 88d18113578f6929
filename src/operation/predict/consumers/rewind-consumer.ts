import type { ConsumerState } from '../../../format/consumer-state/types.ts';
import type { ConsumerArchive } from '../../../model/stream-archive.ts';

/**
 * A consumer that was given more than the stream holds, as a server brings it back to the stream's end
 * (reconcileStateWithStream): what is behind that is forgotten.
 */
export function rewindConsumer(consumer: ConsumerArchive, lastSeq: bigint): ConsumerArchive {
  const { state } = consumer;
  if (state === null || state.delivered.streamSeq <= lastSeq) return consumer;
  return { ...consumer, state: rewound(state, lastSeq) };
}

function rewound(
  { ackFloor, delivered, pending, redelivered }: ConsumerState,
  lastSeq: bigint,
): ConsumerState {
  const isFloorBehind = ackFloor.streamSeq > lastSeq;
  const isKept = (seq: bigint | undefined): boolean => !isFloorBehind && (seq ?? 0n) <= lastSeq;
  const floorSeq = isFloorBehind ? lastSeq : ackFloor.streamSeq;
  const waiting = pending.streamSeqs.filter(isKept);
  const atPending = (_: bigint, i: number): boolean => isKept(pending.streamSeqs[i]);
  return {
    ackFloor: { ...ackFloor, streamSeq: floorSeq },
    delivered: {
      ...delivered,
      streamSeq: waiting.reduce((a, b) => (a > b ? a : b), waiting.length === 0 ? floorSeq : 0n),
    },
    pending: {
      streamSeqs: waiting,
      consumerSeqs: pending.consumerSeqs.filter(atPending),
      deliveredTimesSec: pending.deliveredTimesSec.filter(atPending),
    },
    redelivered: {
      streamSeqs: redelivered.streamSeqs.filter(isKept),
      counts: redelivered.counts.filter((_, i) => isKept(redelivered.streamSeqs[i])),
    },
  };
}
