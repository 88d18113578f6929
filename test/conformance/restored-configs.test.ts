import { copyFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import type { Prediction } from '../../src/operation/types.ts';
import type { Json } from '../support/captures.ts';
import { CAPTURES, copyOf, tempFolder } from '../support/damage.ts';
import { backupDeclaring } from '../support/damaged-copies.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import { predictionFor } from '../support/oracle/compare.ts';

const SECOND_NS = 1_000_000_000;

/** Configurations that another backup.json gives a stream: what its server restores then, in words. */
const EDITS: readonly {
  readonly edit: Json;
  readonly state?: Json;
  readonly v1?: string;
  readonly v2: string;
}[] = [
  { edit: {}, v1: '163 messages 2-172', v2: '163 messages 2-172' },
  { edit: { max_msgs: 20 }, v1: '20 messages 151-172', v2: '20 messages 151-172' },
  { edit: { max_msgs: 20, discard: 'new' }, v1: '163 messages 2-172', v2: '163 messages 2-172' },
  { edit: { max_bytes: 20_000 }, v1: '23 messages 148-172', v2: '23 messages 148-172' },
  { edit: { max_msgs_per_subject: 1 }, v1: '157 messages 2-172', v2: '157 messages 2-172' },
  { edit: { max_msgs_per_subject: 1, max_msgs: 156 }, v2: '156 messages 5-172' },
  { edit: { max_age: SECOND_NS }, v1: 'refused', v2: 'refused' },
  {
    edit: { max_age: SECOND_NS, duplicate_window: SECOND_NS },
    v1: '0 messages 173-172',
    v2: '0 messages 173-172',
  },
  { edit: { subjects: ['bad subject'] }, v1: 'refused', v2: 'refused' },
  { edit: { storage: 'memory' }, v1: 'refused', v2: 'refused' },
  { edit: { max_msg_size: 100 }, v2: 'refused' },
  { edit: { retention: 'workqueue' }, v1: 'refused', v2: 'refused' },
  { edit: { max_consumers: 1 }, v1: 'refused', v2: 'refused' },
  { edit: {}, state: { last_ts: '2026-11-21T00:06:11.401633636R' }, v1: 'refused', v2: 'refused' },
  { edit: {}, state: { first_ts: '2026-11-21 00:03:51Z' }, v1: 'refused', v2: 'refused' },
  { edit: {}, state: { first_ts: 5 }, v1: 'refused', v2: 'refused' },
  {
    edit: {},
    state: { first_ts: '2026-11-21T00:03:51,5+02:00' },
    v1: '163 messages 2-172',
    v2: '163 messages 2-172',
  },
  { edit: { sources: [{ name: 'X', opt_start_time: 'noon' }] }, v1: 'refused', v2: 'refused' },
  {
    edit: { sources: [{ name: 'X', opt_start_time: '2026-02-20T00:03:51.5Z' }] },
    v1: '163 messages 2-172',
    v2: '163 messages 2-172',
  },
  { edit: {}, state: { consumer_count: null }, v1: '163 messages 2-172', v2: '163 messages 2-172' },
  { edit: { first_seq: 2 }, v1: '163 messages 2-172', v2: '163 messages 2-172' },
  { edit: { first_seq: 100 }, v1: '0 messages 173-172', v2: 'refused' },
  { edit: { first_seq: 1000 }, v1: '0 messages 1000-999', v2: 'refused' },
];

function inWords(one: Prediction | undefined): string {
  if (one?.outcome !== 'whole') return one?.outcome ?? 'none';
  return `${one.messages} messages ${one.first_seq}-${one.last_seq}`;
}

async function restored(server: LiveServer, folder: string, name = 'ORDERS'): Promise<string> {
  try {
    server.nats('stream', 'restore', folder, '--no-progress');
  } catch {
    return 'refused';
  }
  await server.rest();
  const { state } = JSON.parse(server.nats('stream', 'info', name, '--json')) as Json;
  return `${state.messages} messages ${state.first_seq}-${state.last_seq}`;
}

it.for([
  ['v1', '2.14.5'],
  ['v2', '2.15.2'],
] as const)(
  'a %s backup with another configuration is restored as is predicted',
  { timeout: 120_000 },
  async ([form, version]) => {
    const cases = EDITS.flatMap(({ edit, state = {}, [form]: expected }) =>
      expected === undefined
        ? []
        : [
            {
              edit,
              expected,
              folder: backupDeclaring(`${version}-full/backups/$G/ORDERS`, { state, config: edit }),
            },
          ],
    );
    const predicted: [Json, string][] = [];
    for (const { edit, folder } of cases) {
      const { streams } = await verifyArchive(folder);
      predicted.push([edit, inWords(predictionFor(streams[0]?.predictions, version))]);
    }
    expect(predicted).toEqual(cases.map(({ edit, expected }) => [edit, expected]));
    if (!hasServer(version)) return;
    const server = await LiveServer.start(version, join(tempFolder(), 'store'));
    const seen: [Json, string][] = [];
    for (const { edit, folder } of cases) {
      seen.push([edit, await restored(server, folder)]);
      try {
        server.nats('stream', 'rm', 'ORDERS', '--force');
      } catch {
        // A V1 restore that fails leaves none.
      }
    }
    await server.stop();
    expect(seen).toEqual(predicted);
  },
);

it('a backup without a snapshot in its file is refused by all', async () => {
  for (const [spoil, code] of [
    [(path: string): void => truncateSync(path), 'SRC_EMPTY'],
    [(path: string): void => writeFileSync(path, Buffer.alloc(5000, 7)), 'SNAP_UNRECOGNIZED'],
  ] as const) {
    const folder = copyOf('2.15.2-full/backups/$G/ORDERS');
    spoil(join(folder, 'stream.tar.s2'));
    const { streams } = await verifyArchive(folder);
    const predicted = streams.flatMap(({ predictions }) => predictions);
    expect(predicted.map(({ outcome, reason }) => [outcome, reason])).toEqual(
      Array.from({ length: 6 }, () => ['refused', `the snapshot is none (${code})`]),
    );
    if (!hasServer('2.15.2')) continue;
    const server = await LiveServer.start('2.15.2', join(tempFolder(), 'store'));
    expect(await restored(server, folder)).toBe('refused');
    await server.stop();
  }
});

/** V2 archives in the backup folder of another stream: what the server has under the declared name. */
const FOREIGN = [
  ['ORDERS', 'WQ', '27 messages 16-62'],
  ['ORDERS', 'CONS', '56 messages 1-56'],
  ['WQ', 'ORDERS', 'refused'],
  ['WQ', 'CONS', 'refused'],
  ['WQ', 'TAILDEL', '26 messages 1-30'],
  ['HUGESEQ', 'ORDERS', 'refused'],
  ['EMPTY', 'ORDERS', '163 messages 2-172'],
  ['SOURCED', 'TAILDEL', '26 messages 1-30'],
] as const;

it('a V2 archive in the folder of another stream is restored as the declared one', async () => {
  const cases = FOREIGN.map(([declared, data, expected]) => {
    const backups = '2.15.2-full/backups/$G';
    const folder = copyOf(`${backups}/${declared}`);
    copyFileSync(join(CAPTURES, backups, data, 'stream.tar.s2'), join(folder, 'stream.tar.s2'));
    return { declared, folder, expected };
  });
  for (const { declared, folder, expected } of cases) {
    const { streams } = await verifyArchive(folder);
    const predicted = streams.flatMap(({ name, predictions }) =>
      predictions.map((one) => ({ name, ...one })),
    );
    expect(predicted).toMatchObject([{ name: declared, server: '2.15' }]);
    const [one] = predicted;
    const words =
      expected === 'refused' ? one?.outcome : `${one?.messages} messages ${one?.first_seq}-${one?.last_seq}`;
    expect([declared, words]).toEqual([declared, expected]);
    if (expected !== 'refused')
      expect(one).toMatchObject({ outcome: 'loss', reason: 'what it restores is that of another stream' });
  }
  if (!hasServer('2.15.2')) return;
  const server = await LiveServer.start('2.15.2', join(tempFolder(), 'store'));
  for (const { declared, folder, expected } of cases) {
    expect([declared, await restored(server, folder, declared)]).toEqual([declared, expected]);
    server.nats('stream', 'rm', declared, '--force');
  }
  await server.stop();
});

it('an archive without messages is restored, whatever first_seq says', async () => {
  const folder = backupDeclaring('2.15.2-full/backups/$G/EMPTY', { config: { first_seq: 1000 } });
  const { streams } = await verifyArchive(folder);
  expect(inWords(streams[0]?.predictions.at(-1))).toBe('0 messages 1000-999');
  if (!hasServer('2.15.2')) return;
  const server = await LiveServer.start('2.15.2', join(tempFolder(), 'store'));
  expect(await restored(server, folder, 'EMPTY')).toBe('0 messages 1000-999');
  await server.stop();
});
