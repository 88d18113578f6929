import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';
import { expectRefused } from '../support/refused.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const FULL = join(CAPTURES, '2.14.5-full');
const STREAMS = 'jetstream/$G/streams';

function storeWithOrders(): string {
  const store = join(tempFolder(), 'store');
  mkdirSync(store);
  expect(runCli(['extract-into-data-dir', ORDERS, store]).exit).toBe(0);
  return store;
}

function expectNotExtracted(args: readonly string[], store: string, exit: number, words: RegExp): void {
  expectRefused(['extract-into-data-dir', ...args], store, exit, words);
}

describe('extract-into-data-dir', () => {
  it('makes the stream of a backup as a server stores it', () => {
    const store = storeWithOrders();
    expect(readdirSync(store)).toEqual(['jetstream']);
    expect(readdirSync(join(store, STREAMS, 'ORDERS')).toSorted()).toEqual([
      'meta.inf',
      'meta.sum',
      'msgs',
      'obs',
    ]);
    expect(runCli(['verify', '--check', store]).stdout).toMatch(
      /^VERIFY OK - 1 stream, 1 block, 163 messages, 5 consumers/,
    );
    expect(runCli(['cat', join(store, STREAMS, 'ORDERS')]).stdout).toBe(runCli(['cat', ORDERS]).stdout);
  });

  it('replaces no messages by nothing where the archive has lost its own, --force or not', () => {
    const store = storeWithOrders();
    const cut = join(tempFolder(), 'ORDERS');
    cpSync(ORDERS, cut, { recursive: true });
    truncateSync(join(cut, 'stream.tar.s2'), 5000);
    // meta.inf is left of it, and no message.
    for (const more of [[], ['--dry-run']])
      expectNotExtracted(
        [cut, store, '--force', ...more],
        store,
        1,
        /ORDERS holds 163 messages, and the damaged archive gives 0 in their place/,
      );
    // Without anything there it is written, and what is lost is said.
    const empty = join(tempFolder(), 'store');
    mkdirSync(empty);
    expect(runCli(['extract-into-data-dir', cut, empty])).toMatchObject({ exit: 3 });
    // One that is empty by itself replaces what is there.
    const slice = join(tempFolder(), 'slice');
    expect(runCli(['slice', ORDERS, '--subject', 'nothing', '--out', slice]).exit).toBe(0);
    expect(runCli(['extract-into-data-dir', slice, store, '--force']).exit).toBe(0);
  });

  it('follows the modes of the store', () => {
    const store = join(tempFolder(), 'store');
    mkdirSync(join(store, 'jetstream/$G'), { recursive: true });
    for (const folder of ['jetstream', 'jetstream/$G']) chmodSync(join(store, folder), 0o750);
    expect(runCli(['extract-into-data-dir', ORDERS, join(store, 'jetstream')]).exit).toBe(0);
    const modeOf = (path: string): number => statSync(join(store, STREAMS, path)).mode & 0o777;
    expect(['ORDERS', 'ORDERS/msgs', 'ORDERS/msgs/1.blk'].map(modeOf)).toEqual([0o750, 0o750, 0o640]);
  });

  it('takes a new name, subjects and account', () => {
    const store = storeWithOrders();
    const args = ['--as', 'COPY', '--map-subject', 'orders.>=copy.>', '--no-consumers'];
    const run = runCli(['extract-into-data-dir', ORDERS, store, ...args]);
    expect(run.stdout).toMatch(/^COPY \(was ORDERS\): 163 messages, sequences 2 to 172, 0 consumers\n/);
    const [first = ''] = runCli(['cat', join(store, STREAMS, 'COPY'), '--limit', '1']).stdout.split('\n');
    expect(JSON.parse(first)).toMatchObject({ seq: 2, subject: expect.stringMatching(/^copy\./) });
    expectNotExtracted(
      [ORDERS, store, '--account', 'ACME'],
      store,
      2,
      /no account ACME \(there: \$G\); --new-account/,
    );
    expect(runCli(['extract-into-data-dir', ORDERS, store, '--account', 'ACME', '--new-account']).exit).toBe(
      0,
    );
    expect(existsSync(join(store, 'jetstream/ACME/streams/ORDERS/meta.inf'))).toBe(true);
  });

  it('replaces with --force, and puts back what a killed run had set aside', () => {
    const store = storeWithOrders();
    const before = readFileSync(join(store, STREAMS, 'ORDERS/meta.inf'));
    const aside = join(store, '.natsarc-999999999/old/$G/streams');
    mkdirSync(join(aside, 'LOST'), { recursive: true });
    writeFileSync(join(aside, 'LOST/meta.inf'), 'kept');
    const plan = runCli(['extract-into-data-dir', ORDERS, store, '--force', '--dry-run']);
    expect(plan.stdout).toMatch(/1\. put back \$G\/streams\/LOST/);
    expect(plan.stdout).toMatch(/^\d\. set aside what is at .*\/ORDERS, rename it to there, and remove/m);
    expect(existsSync(join(aside, 'LOST'))).toBe(true);
    const run = runCli(['extract-into-data-dir', ORDERS, store, '--force']);
    expect(run.exit).toBe(0);
    const told = /^note: .*\/streams\/ORDERS is there already and is replaced \(--force\)$/m;
    expect(plan.stdout).toMatch(told);
    expect(run.stdout).toMatch(told);
    expect(readFileSync(join(store, STREAMS, 'LOST/meta.inf'), 'utf8')).toBe('kept');
    expect(readFileSync(join(store, STREAMS, 'ORDERS/meta.inf'))).toEqual(before);
    expect(readdirSync(store)).toEqual(['jetstream']);
  });

  it('refuses what cannot be, and changes nothing', () => {
    const store = storeWithOrders();
    const place = join(store, STREAMS, 'ORDERS');
    expectNotExtracted([ORDERS, store], store, 2, /ORDERS is there already; --force replaces it/);
    expectNotExtracted(
      [ORDERS, store, '--as', 'X'],
      store,
      2,
      /orders\.> of X overlaps with orders\.> of ORDERS/,
    );
    expectNotExtracted([ORDERS, store, '--as', 'a b'], store, 2, /a b is no stream name/);
    expectNotExtracted([place, store, '--force'], store, 2, /may not lie in the store itself/);
    const links = tempFolder();
    symlinkSync(place, join(links, 'to-stream'));
    symlinkSync(store, join(links, 'to-store'));
    for (const [from, to] of [
      [join(links, 'to-stream'), store],
      [place, join(links, 'to-store')],
      [join(links, 'to-store'), store],
    ] as const)
      expectNotExtracted([from, to, '--force'], store, 2, /may not lie in the store itself/);
    expectNotExtracted([ORDERS, store, '--force', '--replicas', '3'], store, 2, /3 replicas/);
    expectNotExtracted([ORDERS, join(store, 'nowhere')], store, 2, /there is no data directory/);
    expectNotExtracted([ORDERS, join(store, STREAMS)], store, 2, /is no store_dir/);
    expectNotExtracted([ORDERS, store, '--server-version', '2.7'], store, 2, /one of 2\.9, /);
    expectNotExtracted(
      [join(FULL, 'store'), store, '--from-account', 'nobody'],
      store,
      2,
      /fits the selection/,
    );
    expectNotExtracted(
      [join(FULL, 'store'), store, '--account', 'nobody'],
      store,
      2,
      /no stream of account nobody/,
    );
    const ttl = join(FULL, 'store/jetstream/$G/streams/TTL');
    if (existsSync(ttl))
      expectNotExtracted([ttl, store, '--server-version', '2.10'], store, 2, /field allow_msg_ttl/);
  });

  it('refuses a clustered store, a running server, and a folder that may not be written', () => {
    const store = storeWithOrders();
    mkdirSync(join(store, 'jetstream/$SYS/_js_'), { recursive: true });
    expectNotExtracted([ORDERS, store, '--force'], store, 2, /clustered server/);
    const other = storeWithOrders();
    const holder = spawn(
      process.execPath,
      ['-e', 'setTimeout(() => {}, 60000)', 'nats-server', '-sd', other],
      {
        argv0: 'nats-server',
        stdio: 'ignore',
      },
    );
    try {
      expectNotExtracted(
        [ORDERS, other, '--force'],
        other,
        2,
        /a server is running on .*: process \d+ nats-server -sd/,
      );
    } finally {
      holder.kill();
    }
    if (process.getuid?.() !== 0) return;
    chmodSync(dirname(other), 0o755);
    chmodSync(other, 0o555);
    const run = runCli(['extract-into-data-dir', ORDERS, other, '--force'], undefined, 65534);
    expect(run.exit).toBe(1);
    expect(run.stderr).toMatch(/store: permission denied; run as a user who may/);
  });
});
