import { createHash } from 'node:crypto';
import type { InspectReport, StreamReport } from '../../src/operation/types.ts';
import type { StoredMessage } from '../../src/operation/content/message-walk.ts';
import type { Json, TruthAnswer, TruthMessage, TruthStream } from './captures.ts';

const GO_ZERO = '0001-01-01T00:00:00Z';
const EPOCH = '1970-01-01T00:00:00Z';

/** The one stream of a report. */
export function onlyStream(report: InspectReport): StreamReport {
  const streams = report.accounts.flatMap((account) => account.streams);
  if (streams.length !== 1) throw new Error(`${streams.length} streams in ${report.source.path}`);
  return streams[0] as StreamReport;
}

/** What a server answered after a restart or a restore, which the truth has where it differs from the live answer. */
export function answered(stream: TruthStream, changed: Partial<TruthAnswer> | undefined): TruthAnswer {
  const { info, consumers } = stream;
  if (changed === undefined) return stream;
  return {
    info: {
      ...info,
      ...changed.info,
      state: { ...info.state, ...changed.info?.state },
    },
    consumers: changed.consumers ?? consumers,
    ...(changed.rolling === undefined ? {} : { rolling: changed.rolling }),
  };
}

/** A state as it is compared: no time and the epoch are both "none"; servers print now the one, now the other. */
export function comparableState(state: Json): Json {
  const time = (text: string | null | undefined): string | null =>
    text === undefined || text === GO_ZERO || text === EPOCH ? null : text;
  const isUnused = BigInt(state.messages) === 0n && BigInt(state.last_seq) === 0n;
  const deleted = isUnused ? [] : [...(state.deleted ?? [])].map(BigInt);
  return {
    messages: BigInt(state.messages),
    bytes: BigInt(state.bytes),
    // A stream that never had a message begins at 0 or at 1, as the version likes.
    first_seq: isUnused ? 0n : BigInt(state.first_seq),
    first_ts: time(state.first_ts),
    last_seq: BigInt(state.last_seq),
    last_ts: time(state.last_ts),
    num_subjects: state.num_subjects ?? 0,
    num_deleted: isUnused ? 0 : Number(state.num_deleted ?? 0),
    deleted,
    consumer_count: state.consumer_count,
  };
}

/** A configuration without what servers add to answers, and without values that mean "not set". */
export function comparableConfig(config: Json): Json {
  if (Array.isArray(config)) return config.map(comparableConfig);
  if (typeof config !== 'object' || config === null) return config;
  const kept = Object.entries(config)
    .filter(([field]) => !['_nats.ver', '_nats.level'].includes(field))
    .map(([field, value]) => [field, comparableConfig(value)] as const)
    .filter(([field, value]) => !isUnset(field, value));
  return Object.fromEntries(kept.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isUnset(field: string, value: Json): boolean {
  if (
    value === null ||
    value === false ||
    value === 0 ||
    value === '' ||
    value === EPOCH ||
    value === GO_ZERO
  )
    return true;
  if (field === 'compression' && value === 'none') return true;
  if (field === 'persist_mode' && value === 'default') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A consumer as it is compared. */
export function comparableConsumer(consumer: Json, isConfigKnown: boolean): Json {
  const pair = (position: Json): Json => ({
    consumer_seq: BigInt(position.consumer_seq),
    stream_seq: BigInt(position.stream_seq),
  });
  return {
    name: consumer.name,
    created: consumer.created,
    config: isConfigKnown
      ? comparableConfig({ ...consumer.config, name: undefined, durable_name: undefined })
      : null,
    delivered: pair(consumer.delivered),
    ack_floor: pair(consumer.ack_floor),
    num_ack_pending: consumer.num_ack_pending,
    num_redelivered: consumer.num_redelivered,
    num_pending: Number(consumer.num_pending),
  };
}

/** A message as the truth writes it. */
export function truthMessage(message: StoredMessage): TruthMessage {
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const seq = message.seq <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(message.seq) : message.seq;
  return {
    seq,
    subject: Buffer.from(message.subject).toString('utf8'),
    time_ns: String(message.timeNs),
    hdr_len: message.header?.length ?? 0,
    ...(message.header === null ? {} : { hdr_sha256: sha256(message.header) }),
    data_len: message.data.length,
    ...(message.data.length === 0 ? {} : { data_sha256: sha256(message.data) }),
  };
}

/** The sum over all messages that the truth carries. */
export class RollingSum {
  readonly #hash = createHash('sha256');
  count = 0;

  add(message: StoredMessage): void {
    const head = Buffer.alloc(16);
    head.writeBigUInt64LE(message.seq, 0);
    head.writeBigInt64LE(message.timeNs, 8);
    this.#hash.update(head);
    for (const part of [message.subject, message.header ?? new Uint8Array(0), message.data]) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(part.length);
      this.#hash.update(length).update(part);
    }
    this.count++;
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}
