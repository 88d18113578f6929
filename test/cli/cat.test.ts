import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, copyOf, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const SETTINGS_MESSAGES = 63;
const SETTINGS = join(CAPTURES, '2.14.5-full/backups/$G/KV_settings');

describe('cat', () => {
  const seqs = (...args: string[]): number[] =>
    runCli(['cat', ORDERS, ...args])
      .stdout.split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);

  it('selects by sequence, subject, time and number', () => {
    expect(seqs('--seq', '10')).toEqual([10]);
    expect(seqs('--seq', '7')).toEqual([]);
    expect(seqs('--min-seq', '5', '--max-seq', '9')).toEqual([5, 6, 8, 9]);
    expect(seqs('--limit', '3')).toEqual([2, 5, 6]);
    expect(seqs('--subject', 'orders.created.>', '--limit', '1')).toEqual([10]);
    expect(seqs('--before', '2020-01-01T00:00:00Z')).toEqual([]);
    expect(seqs('--after', '2020-01-01T00:00:00Z')).toHaveLength(163);
    expect(
      seqs('--after', '2026-11-21T00:03:51.377364797Z', '--before', '2026-11-21T00:03:51.377364797Z'),
    ).toEqual([10]);
  });

  it('says so where nothing fits', () => {
    const none = ['cat', ORDERS, '--seq', '7'];
    expect(runCli(none)).toEqual({
      exit: 0,
      stdout: '',
      stderr: 'natsarc: no message fits the filters; looked through 163\n',
    });
    expect(runCli([...none, '--quiet'])).toEqual({ exit: 0, stdout: '', stderr: '' });
    for (const form of [[], ['--text'], ['--history']])
      expect(runCli(['cat', SETTINGS, '--kv', ...form, '--subject', '$KV.settings.none'])).toEqual({
        exit: 0,
        stdout: '',
        stderr: `natsarc: no message fits the filters; looked through ${SETTINGS_MESSAGES}\n`,
      });
    expect(runCli([...none, '--text', '--grep', 'x']).stderr).toBe(
      'natsarc: no message fits the filters; looked through 163\n',
    );
    const damaged = [
      'cat',
      join(CAPTURES, '2.10.29-full/store'),
      '--stream',
      'COMPERASE',
      '--subject',
      'none',
    ];
    expect(runCli(damaged)).toMatchObject({ exit: 3, stdout: '' });
    expect(runCli(damaged).stderr).toMatch(/^natsarc: no message fits the filters; looked through 63$/m);
    expect(runCli(['cat', join(CAPTURES, '2.14.5-enc-chacha/store'), '--seq', '7']).stderr).not.toContain(
      'no message fits',
    );
    const empty = join(CAPTURES, '2.14.5-full/store');
    expect(runCli(['cat', empty, '--stream', 'EMPTY']).stderr).toBe('');
  });

  it('names the stream of each line where several are selected, and only there', () => {
    const store = join(CAPTURES, '2.14.5-full/store');
    const named = (...args: string[]): string[] => [
      ...new Set(
        runCli(['cat', ...args])
          .stdout.trimEnd()
          .split('\n')
          .map((line) => {
            const { account, stream } = JSON.parse(line) as { account?: string; stream?: string };
            return `${account ?? '-'}/${stream ?? '-'}`;
          }),
      ),
    ];
    expect(named(store, '--stream', 'ORDERS', '--stream', 'WQ')).toEqual(['$G/ORDERS', '$G/WQ']);
    expect(named(store, '--stream', 'O*', '--stream', 'EMPTY')).toEqual(['$G/ORDERS']);
    expect(named(store, '--stream', 'ORDERS')).toEqual(['-/-']);
    expect(named(ORDERS, '--text')).toEqual(['-/-']);
    const backups = join(CAPTURES, '2.14.5-full/backups/$G');
    expect(named(backups, '--text', '--stream', 'ORDERS', '--stream', 'WQ')).toEqual(['-/ORDERS', '-/WQ']);
  });

  it('selects by header, payload and newest of each subject', () => {
    expect(seqs('--header', 'X-Trace', '--limit', '3')).toEqual([2, 6, 8]);
    expect(seqs('--header', 'x-trace')).toEqual([]);
    expect(seqs('--header', 'Nats-Msg-Id=391d47', '--header', 'X-Trace')).toEqual([]);
    expect(seqs('--header', 'Nats-Msg-Id=391dd47f4e01795d', '--header', 'X-Trace')).toEqual([6]);
    expect(seqs('--grep', '"order_id":"ord_(6e766c27d3d9|8c369d2cf47d)"')).toEqual([2, 6]);
    expect(seqs('--last-per-subject', '1')).toHaveLength(157);
    expect(seqs('--last-per-subject', '1', '--limit', '2')).toHaveLength(2);
  });

  it('gives payloads as they are', () => {
    const raw = runCli(['cat', ORDERS, '--seq', '10', '--raw']).stdout;
    const line = JSON.parse(runCli(['cat', ORDERS, '--seq', '10', '--text']).stdout) as {
      text: string;
      data: string;
      headers: object;
    };
    expect(raw).toBe(line.text);
    expect(Buffer.from(line.data, 'base64').toString()).toBe(raw);
    expect(Object.keys(line.headers)).toEqual(['Nats-Msg-Id', 'X-Trace']);
  });

  it('--kv --text shows a bucket as a table', () => {
    const lines = runCli(['cat', SETTINGS, '--kv', '--text', '--min-seq', '59']).stdout.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'Bucket settings',
      '',
      'Key                             Revision  Operation  Time                 Value',
    ]);
    expect(lines.slice(4)).toEqual([
      'indigo.price.k0                       59  PUT        2026-11-21 00:03:55  anchor shipped violet hel…',
      'cobalt.price.k4                       61  DEL        2026-11-21 00:03:55',
      'anchor.stock.k2                       62  PURGE      2026-11-21 00:03:55',
      'cobalt.stock.k4                       64  PUT        2026-11-21 00:03:55  back again',
      'anchor.price.k2                       65  PUT        2026-11-21 00:03:55  created over a delete mar…',
      '',
    ]);
  });

  it('says how many more are closed than it names', () => {
    const store = copyOf('2.14.5-enc-chacha/store');
    const streams = join(store, 'jetstream/$G/streams');
    for (let i = 10; i < 41; i++) cpSync(join(streams, 'TTL'), join(streams, `TTL${i}`), { recursive: true });
    const { exit, stderr } = runCli(['cat', store]);
    const lines = stderr.trimEnd().split('\n');
    expect(exit).toBe(3);
    expect(lines.filter((line) => line.startsWith('natsarc: ENC_KEY_REQUIRED: '))).toHaveLength(20);
    expect(lines.slice(20)).toEqual(['natsarc: and 13 more: natsarc verify tells all']);
  });

  it('ends quietly when its reader is gone', () => {
    const command = `'${process.execPath}' '${join(ROOT, 'bin/natsarc.js')}' cat '${ORDERS}' | head -1`;
    const done = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    expect(done.stdout.split('\n')).toHaveLength(2);
  });
});

describe('export', () => {
  it('--out is written whole, is the same each time, and replaces nothing', () => {
    const folder = tempFolder();
    const file = join(folder, 'orders.json');
    const run = (): ReturnType<typeof runCli> => runCli(['export', ORDERS, '--to', 'json', '--out', file]);
    expect(run()).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(readdirSync(folder)).toEqual(['orders.json']);
    expect(readFileSync(file, 'utf8')).toBe(runCli(['export', ORDERS, '--to', 'json']).stdout);
    expect(run()).toMatchObject({ exit: 2, stderr: expect.stringContaining('is there already') as string });
    expect(runCli(['export', '/nowhere', '--to', 'json', '--out', `${file}2`]).exit).toBe(1);
    expect(readdirSync(folder)).toEqual(['orders.json']);
  });
});
