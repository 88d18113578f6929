import { createHash } from 'node:crypto';
import { parse } from 'lossless-json';
import { expect } from 'vitest';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { jsonExport } from '../../src/report/export/json.ts';
import { ndjsonExport } from '../../src/report/export/ndjson.ts';
import { testEachForm } from '../support/each-form.ts';
import type { Json, TruthMessage } from '../support/captures.ts';
import { comparableConfig, comparableState, onlyStream } from '../support/truth-comparison.ts';
import { exportedBytes } from '../support/exported.ts';

const STREAMS = [
  'ORDERS',
  'KV_settings',
  'OBJ_media',
  'EDGE',
  'HUGESEQ',
  'EMPTY',
  'WQ',
  'TAILDEL',
  'ünïcode_日本語-01',
];

async function exported(...args: Parameters<typeof exportedBytes>): Promise<string> {
  return (await exportedBytes(...args)).toString('utf8');
}

function parsed(text: string): Json {
  return parse(text, undefined, (digits) =>
    Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits),
  );
}

/** An exported message in the words of the truth. */
function comparable(message: Json): object {
  const sum = (base64: string): object => {
    const bytes = Buffer.from(base64, 'base64');
    return {
      bytes: bytes.length,
      sum: bytes.length === 0 ? undefined : createHash('sha256').update(bytes).digest('hex'),
    };
  };
  return {
    seq: message.seq,
    subject: message.subject,
    time: message.time,
    data: sum(message.data),
    headers: sum(message.hdrs ?? ''),
  };
}

function expected(message: TruthMessage): object {
  const timeNs = BigInt(message.time_ns);
  const fraction = String(timeNs % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const seconds = new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 19);
  return {
    seq: message.seq,
    subject: message.subject,
    time: `${seconds}${fraction === '' ? '' : `.${fraction}`}Z`,
    data: { bytes: message.data_len, sum: message.data_sha256 },
    headers: { bytes: message.hdr_len, sum: message.hdr_sha256 },
  };
}

testEachForm(
  (name) => STREAMS.includes(name),
  async ({ path, stream }, capture) => {
    const text = await exported(path, jsonExport());
    const document = parsed(text);
    const { messages, ...head } = document;
    expect(messages.map(comparable)).toEqual((stream.messages ?? []).map(expected));
    expect(head).toMatchObject({ type: 'natsarc.v1.export', name: stream.name });
    expect(comparableConfig(head.config)).toEqual(comparableConfig(stream.info.config));
    const report = onlyStream(await inspectArchive(path));
    expect(comparableState(head.state)).toEqual(comparableState(report.state));
    expect(head.consumers.map((one: Json) => one.name)).toEqual(report.consumers.map((one) => one.name));
    const isV2 = head.created === null;
    // After a crash a server moves the floor of a work queue over messages that are gone; the file stands before it.
    if (capture.set !== 'crash' || stream.name !== 'WQ')
      expectPositions(
        head.consumers,
        (isV2 ? undefined : stream.after_restart?.consumers) ?? stream.consumers,
      );
    const [first = '', ...lines] = (await exported(path, ndjsonExport())).trimEnd().split('\n');
    expect(parsed(first)).toEqual(head);
    expect(lines.map(parsed)).toEqual(messages);
    const some = parsed(await exported(path, jsonExport(), { lastPerSubject: 1, limit: 3 })).messages;
    expect(some).toHaveLength(Math.min(3, new Set((stream.messages ?? []).map((one) => one.subject)).size));
  },
);

/** Durable consumers stand where the server said, and remember what it waited for. */
function expectPositions(consumers: readonly Json[], truth: readonly Json[]): void {
  for (const consumer of consumers) {
    const told = truth.find((one) => one.name === consumer.name);
    if (told === undefined || consumer.delivered === null) continue;
    expect(consumer.delivered).toMatchObject(sequences(told.delivered));
    expect(consumer.ack_floor).toMatchObject(sequences(told.ack_floor));
    expect(consumer.pending).toHaveLength(told.num_ack_pending);
    expect(consumer.redelivered).toHaveLength(told.num_redelivered);
    for (const { time } of consumer.pending) expect(time).toMatch(/^2026-11-\d\dT\d\d:\d\d:\d\dZ$/);
  }
}

function sequences(position: Json): Json {
  return { consumer_seq: position.consumer_seq, stream_seq: position.stream_seq };
}
