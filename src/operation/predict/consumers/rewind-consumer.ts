import { pendingOf, redeliveredOf } from '../../../format/consumer-state/rows.ts';
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
  const isKept = (seq: bigint): boolean => !isFloorBehind && seq <= lastSeq;
  const floorSeq = isFloorBehind ? lastSeq : ackFloor.streamSeq;
  const waiting = pendingOf(pending, isKept);
  const { streamSeqs } = waiting;
  return {
    ackFloor: { ...ackFloor, streamSeq: floorSeq },
    delivered: {
      ...delivered,
      streamSeq: streamSeqs.reduce((a, b) => (a > b ? a : b), streamSeqs.length === 0 ? floorSeq : 0n),
    },
    pending: waiting,
    redelivered: redeliveredOf(redelivered, isKept),
  };
}
