import type { ConsumerState } from '../../format/consumer-state/types.ts';
import { declaredStateJson } from '../../format/manifest/write.ts';
import { writeV2Consumer } from '../../format/v2-json/write.ts';
import { stringifyJson } from '../../core/json.ts';
import type { StateNumbers } from '../../model/stream-state.ts';
import type { WriteBytes } from '../../writer/growing-file.ts';
import { V2Writer } from '../../writer/v2-writer.ts';
import { declaredState } from './declared-state.ts';
import { pause } from '../../core/pause.ts';
import { beyondLimits } from '../content/beyond-limits.ts';
import { MessageTotals, type WrittenNumbers } from './message-totals.ts';
import type { OutgoingStream } from './outgoing-stream.ts';

const NO_STATE: ConsumerState = {
  ackFloor: { consumerSeq: 0n, streamSeq: 0n },
  delivered: { consumerSeq: 0n, streamSeq: 0n },
  pending: {
    streamSeqs: new BigUint64Array(0),
    consumerSeqs: new BigUint64Array(0),
    deliveredTimesSec: new BigInt64Array(0),
  },
  redelivered: { streamSeqs: new BigUint64Array(0), counts: new BigUint64Array(0) },
};

/** Writes a stream as a V2 snapshot and tells its state. Throws CancelledError. */
export async function writeV2Snapshot(
  stream: OutgoingStream,
  write: WriteBytes,
  signal: AbortSignal | undefined,
): Promise<WrittenNumbers> {
  const state = stream.change === null ? stream.content.state : await changedState(stream, signal);
  const archive = new V2Writer(write);
  const declared = declaredStateJson(declaredState(state, stream.consumers.length));
  archive.addDocument('state.json', new TextEncoder().encode(stringifyJson(declared)));
  for (const consumer of stream.consumers)
    archive.addDocument(
      `consumers/${consumer.name}`,
      writeV2Consumer(consumer.config, consumer.state ?? NO_STATE),
    );
  const totals = new MessageTotals();
  await stream.content.messages(
    (message) => {
      const changed = stream.change === null ? message : stream.change(message);
      archive.addMessage(changed);
      totals.add(changed);
      return false;
    },
    async () => pause(signal),
  );
  archive.end();
  const counted = { messages: state.messages, subjects: totals.subjects() };
  return { ...state, numSubjects: totals.numSubjects, beyondLimits: beyondLimits(stream.config, counted) };
}

/** The state stands first in the archive: where messages change, they are looked at once before. */
async function changedState(stream: OutgoingStream, signal: AbortSignal | undefined): Promise<StateNumbers> {
  const totals = new MessageTotals();
  await stream.content.messages(
    (message) => {
      totals.add(stream.change?.(message) ?? message);
      return false;
    },
    async () => pause(signal),
  );
  return { ...stream.content.state, bytes: BigInt(totals.bytes), numSubjects: totals.numSubjects };
}
