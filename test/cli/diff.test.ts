import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const DAMAGED = join(CAPTURES, '2.10.29-full/store');
const OTHER_ORDERS = join(CAPTURES, '2.15.2-full/backups/$G/ORDERS');
const ENCRYPTED = join(CAPTURES, '2.14.5-enc-chacha/store');

describe('diff', () => {
  it('says that nothing differs, and what cannot be compared', () => {
    const { stdout, stderr } = runCli([
      'diff',
      OTHER_ORDERS,
      join(CAPTURES, '2.15.2-full/store'),
      '--stream',
      'ORDERS',
    ]);
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(2)).toEqual([
      '',
      'not comparable: created, consumers.created, consumers.memory',
      'same: 1 stream, 163 messages',
      '',
    ]);
  });

  it('reads like a diff', () => {
    const lines = runCli(['diff', ORDERS, OTHER_ORDERS, '--show', '1']).stdout.split('\n');
    expect(lines[0]).toBe(`--- ${ORDERS} (stream-backup, V1 snapshot)`);
    expect(lines[1]).toBe(`+++ ${OTHER_ORDERS} (stream-backup, V2 snapshot)`);
    expect(lines.slice(2, 7)).toEqual([
      '',
      '@@ ORDERS @@',
      '  state',
      '-   first_ts: 2026-11-21T00:03:51.375804289Z',
      '+   first_ts: 2026-11-21T00:15:07.57884082Z',
    ]);
    const at = lines.indexOf('  messages: 0 same, 163 changed');
    expect(lines.slice(at + 1, at + 3)).toEqual([
      '!   2 orders.paid.ap-south.29: time',
      '!   5 orders.held.sa-east.32: time',
    ]);
    const shown = lines.indexOf('  message 2');
    expect(lines.slice(shown + 1, shown + 4)).toEqual([
      '-   orders.paid.ap-south.29 2026-11-21T00:03:51.375804289Z',
      '-   header, 86 bytes: NATS/1.0\\x0d\\x0aNats-Msg-Id: 1b0fa9a0b385d3ce\\x0d\\x0aX-Trace:…',
      '-   payload, 872 bytes: {"schema":"com.example.orders.v3","order_id":"ord_6e766c27d3d…',
    ]);
    expect(lines.slice(-3)).toEqual([
      'not comparable: created, consumers.created, consumers.memory',
      'different: 1 of 1 stream',
      '',
    ]);
    expect(Math.max(...lines.slice(2).map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('--stat gives a line a stream', () => {
    const { stdout } = runCli(['diff', ORDERS, join(CAPTURES, '2.14.5-full/store'), '--stat']);
    expect(stdout).toMatch(/^\$G\/EDGE +0 +0 +17 +0 +only B +- +-$/m);
    expect(stdout).toMatch(/^\$G\/ORDERS +163 +0 +0 +0 +0 +0 +0$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('different: 12 of 13 streams');
  });

  it('shows three replicas side by side', () => {
    const { stdout } = runCli(['diff', ORDERS, OTHER_ORDERS, ORDERS]);
    expect(stdout.split('\n').slice(2)).toEqual([
      `C: ${ORDERS} (stream-backup)`,
      '',
      'Stream  A     B                                 C     Majority',
      '──────  ────  ────────────────────────────────  ────  ────────',
      'ORDERS  same  diverged at 2 (consumers differ)  same  A C',
      '',
      'different: 1 of 1 stream',
      '',
    ]);
  });

  it('does not call the same what it could not read', () => {
    const unread = 'created, config, state, messages, consumers';
    const { stdout } = runCli(['diff', ENCRYPTED, ENCRYPTED, '--stream', 'ORDERS']);
    expect(stdout.split('\n').slice(2)).toEqual([
      '',
      '@@ $G/ORDERS @@',
      `  not compared, A and B cannot be read: ${unread}`,
      '',
      'not compared: 1 of 1 stream',
      '',
    ]);
    const PLAIN = join(CAPTURES, '2.14.5-full/store');
    const oneSide = runCli(['diff', PLAIN, ENCRYPTED]).stdout;
    expect(oneSide).toContain(`@@ $G/ORDERS @@\n  not compared, B cannot be read: ${unread}\n`);
    expect(oneSide.trimEnd().split('\n').at(-1)).toMatch(
      /^different: 11 of 13 streams, as far as both could be read; not compared: 2 of 13 streams$/,
    );
    const stat = runCli(['diff', ENCRYPTED, ENCRYPTED, '--stat']).stdout;
    expect(stat).toMatch(/^\$G\/ORDERS +- +- +- +- +- +- +-$/m);
    expect(stat).not.toContain('same:');
    const report = JSON.parse(runCli(['diff', PLAIN, ENCRYPTED, '--stream', 'TTL', '--json']).stdout) as {
      same: boolean;
      streams: object[];
    };
    expect(report).toMatchObject({ same: false, streams: [{ same: false, unreadable_in: ['b'] }] });
    expect(runCli(['diff', ENCRYPTED, ENCRYPTED, ENCRYPTED]).stdout).toMatch(
      /\nnot compared: 2 of 2 streams\n$/,
    );
  });

  it('tells on standard error what is damaged, and in which side', () => {
    const { stdout, stderr } = runCli(['diff', DAMAGED, DAMAGED, '--stream', 'COMPERASE']);
    expect(stderr).toMatch(/^natsarc: A: S2_CHUNK_CORRUPT: [^\n]+\n/);
    expect(stderr).toContain('natsarc: B: S2_CHUNK_CORRUPT: ');
    expect(stdout).toContain('same: 1 stream, 51 messages, as far as both could be read\n');
  });
});
