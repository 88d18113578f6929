import { NS_PER_SECOND } from '../../core/time.ts';
import type { ConsumerState, SequencePosition } from '../../format/consumer-state/types.ts';
import type { ConsumerArchive } from '../../model/stream-archive.ts';
import type { Fields } from './fields.ts';

/** Reads a consumer as `export` writes it. */
export function importedConsumer(fields: Fields): ConsumerArchive {
  fields.only('name', 'created', 'config', 'delivered', 'ack_floor', 'pending', 'redelivered');
  const name = fields.text('name');
  fields.must(/^[^/\\\0]{1,255}$/.test(name) && name !== '.' && name !== '..', `${name} is no consumer name`);
  const created = fields.textOrNull('created');
  if (created !== null) fields.timeNs('created');
  return { name, label: name, created, config: fields.objectOrNull('config'), state: stateOf(fields) };
}

const STATE = ['delivered', 'ack_floor', 'pending', 'redelivered'] as const;

function stateOf(fields: Fields): ConsumerState | null {
  if (STATE.every((name) => fields.isNull(name))) return null;
  const ackFloor = positionOf(fields.fields('ack_floor'));
  const delivered = positionOf(fields.fields('delivered'));
  fields.must(
    ackFloor.streamSeq <= delivered.streamSeq && ackFloor.consumerSeq <= delivered.consumerSeq,
    'ack_floor lies above delivered',
  );
  const pending = fields
    .list('pending')
    .map((one) => one.only('stream_seq', 'consumer_seq', 'time'))
    .map((one) => ({
      streamSeq: one.count('stream_seq'),
      consumerSeq: one.count('consumer_seq'),
      timeSec: one.timeNs('time') / NS_PER_SECOND,
    }));
  for (const { streamSeq } of pending)
    fields.must(
      streamSeq > ackFloor.streamSeq && streamSeq <= delivered.streamSeq,
      `pending ${streamSeq} lies outside of ack_floor and delivered`,
    );
  const redelivered = fields
    .list('redelivered')
    .map((one) => one.only('stream_seq', 'count'))
    .map((one) => ({ streamSeq: one.count('stream_seq'), count: one.count('count') }));
  return {
    ackFloor,
    delivered,
    pending: {
      streamSeqs: BigUint64Array.from(pending, ({ streamSeq }) => streamSeq),
      consumerSeqs: BigUint64Array.from(pending, ({ consumerSeq }) => consumerSeq),
      deliveredTimesSec: BigInt64Array.from(pending, ({ timeSec }) => timeSec),
    },
    redelivered: {
      streamSeqs: BigUint64Array.from(redelivered, ({ streamSeq }) => streamSeq),
      counts: BigUint64Array.from(redelivered, ({ count }) => count),
    },
  };
}

function positionOf(fields: Fields): SequencePosition {
  fields.only('consumer_seq', 'stream_seq');
  return { consumerSeq: fields.count('consumer_seq'), streamSeq: fields.count('stream_seq') };
}
