import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import type { RepairResult } from '../../src/operation/repair/types.ts';
import { CAPTURES, copyOf, tempFolder } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { runCli } from '../support/run-cli.ts';
import { repaired } from '../support/repaired.ts';

const BACKUPS = '2.14.5-full/backups/$G';
const STORE = '2.14.5-full/store';
const STREAMS = 'jetstream/$G/streams';

function countOf(sum: number, [from, to]: readonly [number, number]): number {
  return sum + to - from + 1;
}

function skippedOf({ written }: RepairResult): (readonly [string, bigint])[] {
  return written.skipped.map(({ name, lost_messages: lost }) => [name, lost]);
}

describe('a folder of an account backup that holds the data of another stream', () => {
  it('the stream that it is stays, all others too; what backup.json declares of its own is lost', async () => {
    const account = copyOf(BACKUPS);
    const names = readdirSync(account);
    cpSync(join(account, 'ORDERS/stream.tar.s2'), join(account, 'WQ/stream.tar.s2'));
    const result = await repaired(account);
    expect(readdirSync(result.target).toSorted()).toEqual(names.filter((name) => name !== 'WQ').toSorted());
    expect(skippedOf(result)).toEqual([['WQ', 27n]]);
    expect(result.isLossy).toBe(true);
    expect(result.loss.streams.find(({ name }) => name === 'WQ')).toMatchObject({ recovered: 0n, lost: 27n });
    expect(await messageList(join(result.target, 'ORDERS'))).toEqual(
      await messageList(join(CAPTURES, BACKUPS, 'ORDERS')),
    );
    expect((await verifyArchive(result.target)).status).toBe('OK');
  });

  it('the folder of the right name is taken, not the first', async () => {
    const account = copyOf(BACKUPS);
    cpSync(join(account, 'WQ/stream.tar.s2'), join(account, 'BATCH/stream.tar.s2'));
    const result = await repaired(account);
    expect(skippedOf(result)).toEqual([['BATCH', 19n]]);
    expect(await messageList(join(result.target, 'WQ'))).toEqual(
      await messageList(join(CAPTURES, BACKUPS, 'WQ')),
    );
  });

  it('a whole copy of a backup beside it loses nothing', async () => {
    const account = copyOf(BACKUPS);
    cpSync(join(account, 'ORDERS'), join(account, 'COPY'), { recursive: true });
    const result = await repaired(account);
    expect(skippedOf(result)).toEqual([['COPY', 0n]]);
    expect(result.isLossy).toBe(false);
  });

  it('where no folder is called so, nothing tells which one is meant', async () => {
    const account = copyOf(BACKUPS);
    for (const name of ['WQ', 'BATCH'])
      cpSync(join(account, 'ORDERS/stream.tar.s2'), join(account, name, 'stream.tar.s2'));
    for (const name of readdirSync(account))
      if (!['WQ', 'BATCH'].includes(name)) rmSync(join(account, name), { recursive: true });
    await expect(repaired(account)).rejects.toThrow(
      /^two streams are called ORDERS: the path of one must be given: BATCH\/stream.tar.s2, WQ\/stream.tar.s2$/,
    );
    await expect(repaired(account, { streams: ['WQ', 'BATCH'] })).rejects.toThrow(
      /: BATCH: BATCH\/stream.tar.s2 is a snapshot of ORDERS, nothing of BATCH is here; WQ: WQ\/stream.tar.s2 is/,
    );
  });
});

describe('two folders of one stream', () => {
  const account = (...names: string[]): string => {
    const folder = tempFolder();
    cpSync(join(CAPTURES, BACKUPS, 'WQ'), join(folder, 'WQ'), { recursive: true });
    for (const name of names)
      cpSync(join(CAPTURES, BACKUPS, 'ORDERS'), join(folder, name), { recursive: true });
    return folder;
  };
  const store = (): string => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'jetstream/$G/streams'), { recursive: true });
    return folder;
  };
  const out = (): string[] => ['--out', join(tempFolder(), 'out')];
  const WRITERS: readonly (readonly [string, (path: string) => string[]])[] = [
    ['pack', (path) => ['pack', path, ...out()]],
    ['convert', (path) => ['convert', path, '--to', 'v2', ...out()]],
    ['slice', (path) => ['slice', path, '--subject', '>', ...out()]],
    ['repair', (path) => ['repair', path, ...out()]],
    ['extract', (path) => ['extract-into-data-dir', path, store()]],
  ];

  it.each(WRITERS)('%s: the one that is called so is written, the other is told', (_, args) => {
    const run = runCli([...args(account('ORDERS', 'ORDERS.old')), '--json']);
    expect(run.exit, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      streams: [{ name: 'ORDERS' }, { name: 'WQ' }],
      skipped: [
        { name: 'ORDERS.old', reason: expect.stringContaining('--stream ORDERS.old chooses') as string },
      ],
    });
  });

  /** Of another server: a stream of its own. */
  const OTHER = join(CAPTURES, '2.9.25-full/backups/$G/ORDERS');

  it.each(WRITERS)(
    '%s: what only the one that is left out holds is counted, message by message',
    (_, args) => {
      const path = account('ORDERS');
      cpSync(OTHER, join(path, 'ORDERS.old'), { recursive: true });
      const diff = runCli(['diff', join(path, 'ORDERS'), join(path, 'ORDERS.old'), '--json']);
      const { changed, only_b: onlyB } = JSON.parse(diff.stdout).streams[0].messages.totals;
      expect(changed).toBeGreaterThan(0);
      const run = runCli([...args(path), '--json']);
      expect(run.exit, run.stderr).toBe(3);
      const { skipped, lost_messages } = JSON.parse(run.stdout);
      expect(skipped).toMatchObject([{ name: 'ORDERS.old', lost_messages: changed + onlyB }]);
      expect(skipped[0].reason).toContain(`with ${changed + onlyB} messages that are in no written stream; `);
      expect(skipped[0].lost.msgs.reduce(countOf, 0)).toBe(changed + onlyB);
      expect(lost_messages).toBe(changed + onlyB);
    },
  );

  it.each(WRITERS)('%s: an older backup of it loses what was deleted since', (_, args) => {
    const path = account('ORDERS', 'ORDERS.old');
    const sliced = runCli(['slice', join(path, 'ORDERS'), '--min-seq', '20', '--out', join(path, 'new')]);
    expect(sliced.exit, sliced.stderr).toBe(0);
    rmSync(join(path, 'ORDERS'), { recursive: true });
    renameSync(join(path, 'new'), join(path, 'ORDERS'));
    const run = runCli([...args(path), '--json']);
    expect(run.exit, run.stderr).toBe(3);
    const older = runCli(['cat', join(path, 'ORDERS.old')])
      .stdout.trim()
      .split('\n');
    const before = older.filter((line) => JSON.parse(line).seq < 20).length;
    expect(JSON.parse(run.stdout).skipped).toMatchObject([{ name: 'ORDERS.old', lost_messages: before }]);
  });

  it('what is lost of the one that is written is counted once', () => {
    const path = account('ORDERS', 'ORDERS.old');
    truncateSync(join(path, 'ORDERS/stream.tar.s2'), 30_000);
    for (const command of ['pack', 'repair']) {
      const run = runCli([command, path, ...out(), '--json']);
      expect(run.exit, run.stderr).toBe(3);
      const { skipped, lost_messages, streams } = JSON.parse(run.stdout);
      expect(skipped).toMatchObject([{ name: 'ORDERS.old', lost_messages: 0 }]);
      expect(skipped[0].reason).not.toContain('all of whose');
      expect(lost_messages).toBe(streams[0].lost_messages);
    }
  });

  it('cat: each message once, from the one that is called so; the other is told, --stream chooses it', () => {
    const path = account('ORDERS', 'ORDERS.old');
    const whole = runCli(['cat', account('ORDERS')]);
    const both = runCli(['cat', path]);
    expect(both).toMatchObject({ exit: 0, stdout: whole.stdout });
    expect(both.stderr).toBe(
      `natsarc: left out: ORDERS.old: the folder ORDERS.old holds a stream ORDERS too; the one in the folder of that name is read; --stream ORDERS.old chooses this one; natsarc diff ${path}/ORDERS ${path}/ORDERS.old tells what only one of them holds\n`,
    );
    expect(runCli(['diff', `${path}/ORDERS`, `${path}/ORDERS.old`])).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('same: 1 stream, 163 messages') as string,
    });
    const chosen = runCli(['cat', path, '--stream', 'ORDERS.old']);
    expect(chosen).toMatchObject({ exit: 0, stderr: '' });
    expect(chosen.stdout).toBe(runCli(['cat', path, '--stream', 'ORDERS']).stdout);
    const none = runCli(['cat', account('a', 'b')]);
    expect(none).toMatchObject({ exit: 2, stdout: '' });
    expect(none.stderr).toContain('two streams are called ORDERS: --stream must choose one: a, b\n');
  });

  it('cat --kv: so do buckets', () => {
    const path = tempFolder();
    for (const folder of ['KV_settings', 'KV_settings.old'])
      cpSync(join(CAPTURES, BACKUPS, 'KV_settings'), join(path, folder), { recursive: true });
    const keys = runCli(['cat', path, '--kv']);
    expect(keys).toMatchObject({
      exit: 0,
      stdout: runCli(['cat', join(CAPTURES, BACKUPS, 'KV_settings'), '--kv']).stdout,
    });
    expect(keys.stderr).toContain('left out: KV_settings.old: ');
  });

  it.each(['inspect', 'verify'])('%s: the table tells which folder a row is', (command) => {
    const path = account('ORDERS', 'ORDERS.old');
    const { stdout } = runCli([command, path]);
    expect(stdout).toMatch(/(^|- +)ORDERS {2,}/m);
    expect(stdout).toMatch(/(^|- +)ORDERS in ORDERS\.old {2,}/m);
    expect(runCli([command, account('ORDERS')]).stdout).not.toContain(' in ORDERS');
    const report = JSON.parse(runCli([command, path, '--json']).stdout);
    const streams = command === 'verify' ? report.streams : report.accounts[0].streams;
    expect(streams.map(({ name, folder }: { name: string; folder?: string }) => [name, folder])).toEqual([
      ['ORDERS', undefined],
      ['ORDERS', 'ORDERS.old'],
      ['WQ', undefined],
    ]);
  });

  it('repair says how the copy heals a damaged one, and so it does', () => {
    const path = account('ORDERS', 'ORDERS.old');
    truncateSync(join(path, 'ORDERS/stream.tar.s2'), 30_000);
    const run = runCli(['repair', path, ...out()]);
    expect(run.exit).toBe(3);
    expect(run.stdout).toMatch(/^ORDERS: 92 messages, /);
    const [, count] =
      /not written: ORDERS\.old: .*; it holds (\d+) messages that are lost there: /.exec(run.stdout) ?? [];
    expect(run.stdout).toContain(
      `natsarc repair ${path} --from ${path}/ORDERS.old --out healed brings them back`,
    );
    const healed = runCli(['repair', path, '--from', join(path, 'ORDERS.old'), ...out()]);
    expect(healed.stdout).toMatch(/^ORDERS: 163 messages, .*\n.* 163 recovered, 0 lost, /);
    expect(healed.stdout).toContain(`/ORDERS.old: ${count} messages (`);
    expect(healed.stdout).not.toContain('lost there');
  });

  it('repair says nothing of a copy that is damaged in the same way', () => {
    const path = account('ORDERS', 'ORDERS.old');
    for (const name of ['ORDERS', 'ORDERS.old']) truncateSync(join(path, name, 'stream.tar.s2'), 30_000);
    expect(runCli(['repair', path, ...out()]).stdout).not.toContain('lost there');
  });

  it.each(WRITERS)('%s: --stream chooses a folder', (_, args) => {
    const path = account('ORDERS', 'ORDERS.old');
    for (const folder of ['ORDERS', 'ORDERS.old']) {
      const run = runCli([...args(path), '--stream', folder, '--json']);
      expect(run.exit, run.stderr).toBe(0);
      expect(JSON.parse(run.stdout)).toMatchObject({ streams: [{ name: 'ORDERS' }], skipped: [] });
    }
  });

  it.each(WRITERS)('%s: where none is called so, --stream must choose', (_, args) => {
    const path = account('a', 'b');
    for (const selected of [[], ['--stream', 'ORDERS']]) {
      const run = runCli([...args(path), ...selected]);
      expect(run.exit).toBe(2);
      expect(run.stderr).toContain('two streams are called ORDERS: --stream must choose one: a, b\n');
    }
  });

  it.each(WRITERS)('%s: --stream knows the name of a stream whose folder was renamed', (_, args) => {
    const run = runCli([...args(account('a')), '--stream', 'ORDERS', '--json']);
    expect(run.exit, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ streams: [{ name: 'ORDERS' }] });
  });

  it.each(['verify', 'inspect', 'cat'])('%s: so does it here', (command) => {
    const run = runCli([
      command,
      account('a'),
      '--stream',
      'ORDERS',
      ...(command === 'cat' ? [] : ['--json']),
    ]);
    expect(run.exit, run.stderr).toBe(0);
    expect(run.stdout).toContain(command === 'cat' ? '"subject":"orders.' : '"name": "ORDERS"');
  });
});

describe('blocks of another stream in the folder of one', () => {
  it.each([[['WQ', 'ORDERS']], [['ORDERS', 'WQ']]])('are of neither of %j', async (streams) => {
    const store = copyOf(STORE);
    cpSync(join(store, STREAMS, 'ORDERS/msgs/1.blk'), join(store, STREAMS, 'WQ/msgs/2.blk'));
    const result = await repaired(store, { streams });
    expect(skippedOf(result)).toEqual([]);
    for (const name of streams)
      expect(await messageList(join(result.target, STREAMS, name))).toEqual(
        await messageList(join(CAPTURES, STORE, STREAMS, name)),
      );
  });

  it('verify names the stream that they were made for, where it is there', async () => {
    const path = copyOf(STORE);
    const at = (name: string): string => join(path, STREAMS, name, 'msgs/1.blk');
    renameSync(at('WQ'), `${at('WQ')}.old`);
    renameSync(at('ORDERS'), at('WQ'));
    renameSync(`${at('WQ')}.old`, at('ORDERS'));
    const foreign = async (archive: string): Promise<unknown[]> =>
      (await verifyArchive(archive)).findings
        .filter(({ code }) => code === 'BLK_FOREIGN')
        .map(({ stream, data }) => [stream, data]);
    expect(await foreign(path)).toEqual([
      ['ORDERS', { block: 1, made_for: 'WQ' }],
      ['WQ', { block: 1, made_for: 'ORDERS' }],
    ]);
    expect(await foreign(join(path, STREAMS, 'WQ'))).toEqual([
      ['WQ', { block: 1, made_for: 'another stream' }],
    ]);
  });

  it('a single block is of one stream', async () => {
    const block = join(CAPTURES, STORE, STREAMS, 'WQ/msgs/1.blk');
    await expect(verifyArchive(block, { streams: ['WQ', 'ORDERS'] })).rejects.toThrow(
      'is a block of one stream: --stream must name it alone',
    );
  });
});
