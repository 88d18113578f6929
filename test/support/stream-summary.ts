import { catMessages } from '../../src/operation/cat/run.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import type { Json, TruthAnswer } from './captures.ts';
import { comparableState, onlyStream, RollingSum } from './truth-comparison.ts';

/** All of a stream that a copy has to keep, as text that compares. `undo` takes back what a new name changed in messages. */
export async function summaryOf(path: string, undo: (bytes: Uint8Array) => Uint8Array = same): Promise<Json> {
  const stream = onlyStream(await inspectArchive(path, { deep: true, gaps: true }));
  const sum = new RollingSum();
  await catMessages(path, {}, (lot) => {
    for (const { account, stream: name, seq, timeNs, subject, header, data } of lot)
      sum.add({
        account,
        stream: name,
        seq,
        timeNs,
        subject: undo(subject),
        header: header === null ? null : undo(header),
        data: undo(data),
      });
  });
  return {
    state: stateSummary(stream.state),
    messages: sum.hex(),
    // One that never got an o.dat (LASTONLY of 2.10.29) starts from nothing.
    consumers: stream.consumers.map((consumer) => consumerSummary(consumer, NOTHING)),
  };
}

function same(bytes: Uint8Array): Uint8Array {
  return bytes;
}

/** Puts one text for another of its length, wherever it stands. */
export function replaced(text: string, by: string): (bytes: Uint8Array) => Uint8Array {
  return (bytes) => Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll(text, by), 'latin1');
}

const NOTHING = { consumer_seq: 0n, stream_seq: 0n };

function stateSummary(state: Json): string[] {
  const { messages, bytes, first_seq, last_seq, deleted } = comparableState(state);
  return [messages, bytes, first_seq, last_seq, deleted].map(String);
}

/** Name, delivered and ack floor, counts of what is pending and redelivered. */
function consumerSummary(consumer: Json, nothing?: Json): string[] {
  const { name, num_ack_pending, num_redelivered } = consumer;
  const [delivered, floor] = [consumer.delivered ?? nothing, consumer.ack_floor ?? nothing];
  const positions = [delivered.consumer_seq, delivered.stream_seq, floor.consumer_seq, floor.stream_seq];
  return [name, ...positions, num_ack_pending ?? 0, num_redelivered ?? 0].map(String);
}

/** The same of what a server answered. */
export function truthSummary({ info, consumers, rolling }: TruthAnswer): Json {
  return {
    state: stateSummary(info.state),
    messages: rolling?.sha256,
    consumers: consumers.map((consumer) => consumerSummary(consumer)),
  };
}

/*
 * Consumers that a server no longer answers for as it did on the day of the capture:
 *   EXHAUSTED: what reached max_deliver is dropped once its ack_wait has passed
 *   FEED: a stream that sourced through it had begun a new session
 *   READER of 2.9: its floor moves past deleted messages whenever it is asked
 */
const CHANGED_BY_CLOCK = /^(EXHAUSTED|FEED|READER)$/;

/** A summary as it compares with the truth. */
export function withoutClock({ consumers, ...rest }: Json): Json {
  const kept = consumers.filter(([name]: string[]) => !CHANGED_BY_CLOCK.test(name ?? ''));
  return { ...rest, consumers: kept.map(String).toSorted() };
}

/** Without the consumer that is kept in memory, of which a store has no state. */
export function withoutMemoryConsumers({ consumers, ...rest }: Json): Json {
  return { ...rest, consumers: consumers.filter(([name]: string[]) => name !== 'MEMONLY') };
}
