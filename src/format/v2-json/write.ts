import { stringifyJson, type JsonObject } from '../../core/json.ts';
import type { ConsumerState, SequencePosition } from '../consumer-state/types.ts';

const encoder = new TextEncoder();

/** The payload of a V2 archive's `consumers/CONS` entry. */
export function writeV2Consumer(config: JsonObject, state: ConsumerState): Uint8Array {
  const { pending, redelivered } = state;
  const pendingBySeq = fieldsOf(pending.streamSeqs, (i) => ({
    Sequence: pending.consumerSeqs[i] ?? 0n,
    Timestamp: (pending.deliveredTimesSec[i] ?? 0n) * 1_000_000_000n,
  }));
  const redeliveredBySeq = fieldsOf(redelivered.streamSeqs, (i) => redelivered.counts[i] ?? 0n);
  return encoder.encode(
    stringifyJson({
      config,
      state: {
        delivered: positionOf(state.delivered),
        ack_floor: positionOf(state.ackFloor),
        ...(pending.streamSeqs.length === 0 ? {} : { pending: pendingBySeq }),
        ...(redelivered.streamSeqs.length === 0 ? {} : { redelivered: redeliveredBySeq }),
      },
    }),
  );
}

function positionOf(position: SequencePosition): JsonObject {
  return { consumer_seq: position.consumerSeq, stream_seq: position.streamSeq };
}

/** One field for each sequence, lowest first, so that equal states give equal bytes. */
function fieldsOf<T>(seqs: BigUint64Array, valueAt: (i: number) => T): { [seq: string]: T } {
  const places = [...seqs.keys()].toSorted((a, b) => ((seqs[a] ?? 0n) < (seqs[b] ?? 0n) ? -1 : 1));
  return Object.fromEntries(places.map((i) => [String(seqs[i]), valueAt(i)]));
}
