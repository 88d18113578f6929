import { createHash } from 'node:crypto';
import { catMessages } from '../../src/operation/cat/run.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import type { Json } from './captures.ts';
import { comparableState, onlyStream } from './truth-comparison.ts';

/** All of a stream that a copy has to keep, as text that compares. */
export async function summaryOf(path: string): Promise<Json> {
  const stream = onlyStream(await inspectArchive(path, { deep: true, gaps: true }));
  const hash = createHash('sha256');
  await catMessages(path, {}, (lot) => {
    for (const { seq, timeNs, subject, header, data } of lot)
      hash
        .update(`${seq} ${timeNs} ${subject.length} ${header?.length} ${data.length}\n`)
        .update(subject)
        .update(header ?? '')
        .update(data);
  });
  const { messages, bytes, first_seq, last_seq, deleted } = comparableState(stream.state);
  return {
    state: [messages, bytes, first_seq, last_seq, deleted].map(String),
    messages: hash.digest('hex'),
    consumers: stream.consumers.map((consumer) => {
      // One that never got an o.dat (LASTONLY of 2.10.29) starts from nothing.
      const nothing = { consumer_seq: 0n, stream_seq: 0n };
      const { consumer_seq, stream_seq } = consumer.delivered ?? nothing;
      const floor = consumer.ack_floor ?? nothing;
      const counts = [consumer.num_ack_pending ?? 0, consumer.num_redelivered ?? 0];
      return [consumer.name, consumer_seq, stream_seq, floor.consumer_seq, floor.stream_seq, ...counts].map(
        String,
      );
    }),
  };
}
