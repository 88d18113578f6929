import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catMessages } from '../../src/operation/cat/run.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import type { StreamReport } from '../../src/operation/types.ts';
import { captures, type Capture, type Json, type TruthAnswer, type TruthStream } from '../support/captures.ts';
import { comparableConfig, comparableConsumer, comparableState, onlyStream, RollingSum, truthMessage } from '../support/truth-comparison.ts';

/** One archive of one stream, and what the server says it holds. */
interface Case {
  readonly form: string;
  readonly path: string;
  readonly stream: TruthStream;
  readonly expected: TruthAnswer;
  readonly isV2: boolean;
  readonly hasConsumers: boolean;
}

function answer(stream: TruthStream, changed: Partial<TruthAnswer> | undefined): TruthAnswer {
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

function casesOf(capture: Capture): Case[] {
  return capture.truth.accounts.flatMap((account) =>
    account.streams.flatMap((stream) => {
      const stores = storePaths(capture, stream).map((path) => ({
        form: 'store',
        path,
        stream,
        expected: answer(stream, stream.after_restart),
        isV2: false,
        hasConsumers: true,
      }));
      const backups = (stream.backups ?? []).map((backup) => ({
        form: backup.path.split('/')[0] ?? '',
        path: join(capture.folder, backup.path),
        stream,
        // What a restore changes is the restoring server's doing, apart from consumers that were never on disk.
        expected: answer(stream, backup.after_restore ?? stream.after_restart),
        isV2: capture.version.startsWith('2.15'),
        hasConsumers: backup.consumers,
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
  return (stream.name === 'COMPERASE' && capture.version === '2.10.29') || stream.info.config.storage === 'memory';
}

const compared = { stores: 0, backups: 0, messages: 0 };
afterAll(() => console.log(`compared with the truth: ${compared.stores} store folders, ${compared.backups} backups, ${compared.messages} messages`));

for (const capture of captures()) {
  if (capture.set.startsWith('enc')) continue;
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
  expect(report.name).toBe(one.stream.name);
  if (report.created !== null) expect(report.created).toBe(info.created);
  else expect(one.isV2).toBe(true);
  expect(comparableConfig(report.config)).toEqual(comparableConfig(info.config));
  expect(withoutUnknown(report, one)).toEqual(expectedState(info.state, report, one));
  if (one.hasConsumers) compareConsumers(report, one, capture);
  await compareMessages(one);
  if (one.form === 'store') compared.stores++;
  else compared.backups++;
}

/** A V2 archive cannot tell the time of a last message that is gone; a restored one shows what is left. */
function withoutUnknown(report: StreamReport, one: Case): Json {
  const state = comparableState(report.state);
  return one.isV2 ? { ...state, last_ts: null, deleted: state.deleted } : state;
}

function expectedState(truth: Json, report: StreamReport, one: Case): Json {
  const state = comparableState(truth);
  const counted = { ...state, consumer_count: one.hasConsumers ? state.consumer_count : 0 };
  void report;
  return one.isV2 ? { ...counted, last_ts: null } : counted;
}

function compareConsumers(report: StreamReport, one: Case, capture: Capture): void {
  const expected = one.expected.consumers.filter((consumer) => capture.truth.layout === 'single' || !isOnOtherNode(consumer, report));
  const byName = (a: Json, b: Json): number => (a.name < b.name ? -1 : 1);
  expect(report.consumers.map((consumer) => comparableConsumer(consumer, true)).toSorted(byName)).toEqual(
    expected.map((consumer) => comparableConsumer(consumer, true)).toSorted(byName),
  );
}

function isOnOtherNode(consumer: Json, report: StreamReport): boolean {
  return consumer.config.num_replicas === 1 && !report.consumers.some((own) => own.name === consumer.name);
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
  const rolling = one.expected.rolling ?? one.stream.rolling;
  expect(sum.count).toBe(rolling?.count);
  expect(sum.hex()).toBe(rolling?.sha256);
  compared.messages += sum.count;
}
