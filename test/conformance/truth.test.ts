import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catMessages } from '../../src/operation/cat/run.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import type { StreamReport } from '../../src/operation/types.ts';
import {
  captures,
  isRuined,
  type Capture,
  type Json,
  type TruthAnswer,
  type TruthStream,
} from '../support/captures.ts';
import {
  answered,
  comparableConfig,
  comparableConsumer,
  comparableState,
  onlyStream,
  RollingSum,
  truthMessage,
} from '../support/truth-comparison.ts';

/** One archive of one stream, and what the server says it holds. */
interface Case {
  readonly form: string;
  readonly path: string;
  readonly stream: TruthStream;
  readonly expected: TruthAnswer;
  readonly isV2: boolean;
  /** The command was told to leave consumers out; what it asked the server for is another matter. */
  readonly mayLackConsumers: boolean;
}

function casesOf(capture: Capture): Case[] {
  const isV2 = capture.version.startsWith('2.15');
  return capture.truth.accounts.flatMap((account) =>
    account.streams.flatMap((stream) => {
      // The stores of encrypted servers cannot be read; their backups are in clear.
      const folders = capture.set.startsWith('enc') ? [] : storePaths(capture, stream);
      const stores = folders.map((path) => ({
        form: 'store',
        path,
        stream,
        expected: answered(stream, stream.after_restart),
        isV2: false,
        mayLackConsumers: false,
      }));
      const backups = (stream.backups ?? []).map((backup) => ({
        form: backup.path.split('/')[0] ?? '',
        path: join(capture.folder, backup.path),
        stream,
        // A V2 archive holds memory consumers too; a V1 archive holds what a restarted server would find.
        expected: answered(stream, backup.after_restore ?? (isV2 ? undefined : stream.after_restart)),
        isV2,
        mayLackConsumers: !backup.consumers,
      }));
      return [...stores, ...backups].filter((one) => existsSync(one.path));
    }),
  );
}

function storePaths(capture: Capture, stream: TruthStream): string[] {
  if (stream.path === undefined) return [];
  if (!stream.path.includes('<node>')) return [join(capture.folder, stream.path)];
  return (stream.nodes ?? []).map((node) => join(capture.folder, stream.path?.replace('<node>', node) ?? ''));
}

/** Damaged by the server that wrote it, kept in memory only, or not restored at all: other tests speak of them. */
function isExcepted(capture: Capture, stream: TruthStream): boolean {
  return isRuined(stream.name, capture) || stream.info.config.storage === 'memory';
}

const compared = { stores: 0, backups: 0, messages: 0 };
afterAll(() =>
  console.log(
    `compared with the truth: ${compared.stores} store folders, ${compared.backups} backups, ${compared.messages} messages`,
  ),
);

for (const capture of captures()) {
  if (casesOf(capture).length === 0) continue;
  describe(capture.id, () => {
    for (const one of casesOf(capture)) {
      if (isExcepted(capture, one.stream)) continue;
      it(`${one.form} ${one.path.slice(capture.folder.length + 1)}`, async () => compareOne(one, capture));
    }
  });
}

async function compareOne(one: Case, capture: Capture): Promise<void> {
  const report = onlyStream(await inspectArchive(one.path, { deep: true, gaps: true }));
  const { info } = one.expected;
  const consumers = one.expected.consumers.filter((consumer) => !isElsewhere(consumer, report, one, capture));
  expect(report.name).toBe(one.stream.name);
  if (report.created === null) expect(one.isV2).toBe(true);
  else if (!isRecreated(one)) expect(report.created).toBe(info.created);
  expect(comparableConfig(report.config)).toEqual(comparableConfig(info.config));
  const lastTime = one.isV2 ? one.stream.info.state.last_ts : info.state.last_ts;
  const state = { ...info.state, last_ts: lastTime, consumer_count: consumers.length };
  expect(known(comparableState(report.state), info.state, one)).toEqual(
    known(comparableState(state), info.state, one),
  );
  const byName = (a: Json, b: Json): number => (a.name < b.name ? -1 : 1);
  expect(report.consumers.map((consumer) => told(consumer, one, capture)).toSorted(byName)).toEqual(
    consumers.map((consumer) => told(expectedConsumer(consumer, one), one, capture)).toSorted(byName),
  );
  await compareMessages(one);
  if (one.form === 'store') compared.stores++;
  else compared.backups++;
}

/*
 * What the files cannot tell, the whole list. Everything else is compared.
 *   snapshots of a stream that the server had loaded at its start: `created` is that of the loading
 *   2.2 and 2.6: the API had no num_subjects, 2.2 no deletes; num_pending is miscounted after a restart: the live value holds
 *   2.9: the time of a first message that is gone
 *   streams of a template: not restored where there is no template, the messages are those of the live stream
 *   V2: a consumer's created; the time of a last message that is gone is that of the live server
 *   an interest stream without interest (INTNONE): each node has its own times
 *   cluster: a consumer with one replica lies on one node
 *   consumer LASTONLY of 2.10: its o.dat was never written
 *   consumer EXHAUSTED: a server drops what reached max_deliver when its ack_wait has passed, which is the clock's doing
 *   consumer FEED: the sourcing server begins a new session when it starts; the file holds the old one
 */
function isRecreated(one: Case): boolean {
  return one.form !== 'store' && (one.stream.name === 'RESTARTED' || one.stream.name.startsWith('template_'));
}

function known(state: Json, truth: Json, one: Case): Json {
  const isInterestUnused = one.stream.name === 'INTNONE' && !one.isV2;
  return {
    ...state,
    num_subjects: 'num_subjects' in truth || truth.messages === 0 ? state.num_subjects : null,
    last_ts: isInterestUnused ? null : state.last_ts,
    first_ts: isInterestUnused ? null : state.first_ts,
    ...('num_deleted' in truth || one.stream.info.state.num_subjects !== undefined
      ? {}
      : { num_deleted: null, deleted: null }),
  };
}

function isElsewhere(consumer: Json, report: StreamReport, one: Case, capture: Capture): boolean {
  if (report.consumers.some((own) => own.name === consumer.name)) return false;
  if (one.mayLackConsumers && report.consumers.length === 0) return true;
  return (
    capture.truth.layout === 'cluster' && one.form === 'store' && consumer.config.durable_name === undefined
  );
}

function expectedConsumer(consumer: Json, one: Case): Json {
  const live = one.stream.consumers.find((other) => other.name === consumer.name) ?? consumer;
  if (consumer.name === 'FEED') return live;
  const isOld = one.stream.info.state.num_subjects === undefined && one.stream.info.state.messages > 0;
  return isOld ? { ...consumer, num_pending: live.num_pending } : consumer;
}

function told(consumer: Json, one: Case, capture: Capture): Json {
  if (consumer.name === 'LASTONLY' && capture.version === '2.10.29') return comparableConfig(consumer.config);
  const { created, num_ack_pending, num_redelivered, ...rest } = comparableConsumer(consumer, true);
  return {
    ...rest,
    ...(one.isV2 || isRecreated(one) ? {} : { created }),
    ...(consumer.name === 'EXHAUSTED' ? {} : { num_ack_pending, num_redelivered }),
  };
}

async function compareMessages(one: Case): Promise<void> {
  const expected = one.stream.messages;
  const sum = new RollingSum();
  let at = 0;
  await catMessages(one.path, {}, (lot) => {
    for (const message of lot) {
      sum.add(message);
      if (expected !== undefined) expect(truthMessage(message)).toEqual(expected[at]);
      at++;
    }
  });
  const isRestored = one.expected.rolling !== undefined && !one.stream.name.startsWith('template_');
  const rolling = isRestored ? one.expected.rolling : one.stream.rolling;
  expect(sum.count).toBe(rolling?.count);
  expect(sum.hex()).toBe(rolling?.sha256);
  compared.messages += sum.count;
}
