import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foreignApart } from '../../src/operation/open/foreign-data.ts';
import { openContainer } from '../../src/container/open.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import type { VerifyReport } from '../../src/operation/types.ts';
import { captures } from '../support/captures.ts';
import {
  codesOf,
  copyOf,
  CAPTURES,
  editFile,
  expectDamage,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';
import { framed } from '../support/frames.ts';
import { isThere } from '../support/needed.ts';
import { messageList } from '../support/message-list.ts';
import { runCli } from '../support/run-cli.ts';

const DATA = 'stream.tar.s2';
const V1 = '2.14.5-full/backups/$G';
const V2 = '2.15.2-full/backups/$G';
const REASON = 'stream.tar.s2 is a snapshot of WQ, nothing of ORDERS is here';

/** A backup of `declared` in which the snapshot of `other` lies. */
function mixed(backups: string, declared: string, other: string): string {
  const path = copyOf(`${backups}/${declared}`);
  copyFileSync(join(CAPTURES, backups, other, DATA), join(path, DATA));
  return path;
}

/** Of each stream its name, the messages that were found, and those that are lost. */
function told({ streams }: VerifyReport): (readonly [string, number | null, number])[] {
  return streams.map(({ name, actual, lost_messages: lost }) => [
    name,
    actual === null ? null : Number(actual.messages),
    Number(lost),
  ]);
}

describe('a backup folder in which the V1 snapshot of another stream lies', () => {
  const path = (): string => mixed(V1, 'ORDERS', 'WQ');

  it('verify: the stream that is declared has lost all, the other one nothing', async () => {
    const report = await verifyDamaged(path());
    expect(codesOf(report)).toEqual(['MAN_NAME_MISMATCH']);
    expect(report.findings[0]).toMatchObject({
      stream: 'ORDERS',
      file: 'backup.json',
      data: { reason: REASON },
    });
    expect(told(report)).toEqual([
      ['ORDERS', null, 163],
      ['WQ', 27, 0],
    ]);
    expect(report.streams[0]?.predictions).toHaveLength(6);
    expect(new Set(report.streams[0]?.predictions.map(({ reason }) => reason))).toEqual(
      new Set(['backup.json says ORDERS, meta.inf WQ']),
    );
  });

  it('inspect: the same', async () => {
    const { accounts, findings } = await inspectArchive(path());
    expect(accounts[0]?.streams).toMatchObject([
      { name: 'ORDERS', state: null, config: { subjects: ['orders.>'] } },
      { name: 'WQ', state: { messages: 27n }, config: { subjects: ['wq.>'] } },
    ]);
    expect(findings.map(({ code }) => code)).toEqual(['MAN_NAME_MISMATCH']);
  });

  it('cat: messages bear the name of their stream, and none is of the one that is declared', async () => {
    const backup = path();
    const all = runCli(['cat', backup]);
    expect(all.exit).toBe(3);
    expect(all.stderr).toContain(REASON);
    const lines = all.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(27);
    expect(lines.every((line) => line.startsWith('{"stream":"WQ",'))).toBe(true);
    const own = runCli(['cat', backup, '--stream', 'ORDERS']);
    expect(own).toMatchObject({ exit: 3, stdout: '', stderr: expect.stringContaining(REASON) as string });
    const other = runCli(['cat', backup, '--stream', 'WQ']);
    expect(other.exit).toBe(0);
    expect(other.stdout).toBe(runCli(['cat', join(CAPTURES, V1, 'WQ')]).stdout);
  });

  it.each(['repair', 'pack', 'slice'])('%s: writes the other one under its name', async (command) => {
    const target = join(tempFolder(), 'out');
    const run = runCli([command, path(), '--out', target, '--json']);
    expect(run.exit, run.stderr).toBe(3);
    expect(JSON.parse(run.stdout)).toMatchObject({
      streams: [{ name: 'WQ', lost_messages: 0 }],
      skipped: [{ name: 'ORDERS', reason: REASON, lost_messages: 163 }],
      lost_messages: 163,
    });
    expect(await messageList(target)).toEqual(await messageList(join(CAPTURES, V1, 'WQ')));
    expect((await verifyDamaged(target)).status).toBe('OK');
  });

  it.each(['repair', 'pack', 'slice', 'rewrite-stream-name'])(
    '%s --stream: refuses, and says why',
    (command) => {
      const target = join(tempFolder(), 'out');
      const name = command === 'rewrite-stream-name' ? ['NEW'] : [];
      const run = runCli([command, path(), ...name, '--stream', 'ORDERS', '--out', target]);
      expect(run).toMatchObject({ exit: 1, stderr: `natsarc: ORDERS: ${REASON}\n` });
    },
  );

  it('repair: another archive brings back all', async () => {
    const target = join(tempFolder(), 'out');
    const from = [join(CAPTURES, V1, 'ORDERS')];
    const { loss } = await repairArchive(path(), { target, from, streams: ['ORDERS'] });
    expect(loss.streams).toMatchObject([{ name: 'ORDERS', recovered: 163n, lost: 0n }]);
  });

  it('diff: streams are not held against each other that are not the same', () => {
    const run = runCli(['diff', join(CAPTURES, V1, 'ORDERS'), path(), '--json']);
    expect(run.exit).toBe(2);
    const { streams } = JSON.parse(run.stdout) as { streams: object[] };
    expect(streams).toMatchObject([
      { name: 'ORDERS', messages: { only_a: [], only_b: [], changed: [] } },
      { name: 'WQ', only_in: 'b' },
    ]);
  });

  it('in an account backup the copy is left out where the stream has its own folder', async () => {
    const account = copyOf(V1);
    copyFileSync(join(account, 'WQ', DATA), join(account, 'ORDERS', DATA));
    for (const command of ['pack', 'repair']) {
      const run = runCli([command, account, '--out', join(tempFolder(), 'out'), '--json']);
      expect(run.exit, run.stderr).toBe(3);
      expect(JSON.parse(run.stdout)).toMatchObject({
        skipped: [{ name: 'ORDERS', lost_messages: 163 }],
        notes: expect.arrayContaining([
          'ORDERS/stream.tar.s2 holds a stream WQ too, all of whose messages are in the one that is written, in the folder of that name',
        ]) as string[],
      });
    }
  });

  it('cut so that only a repair reads its name: nothing of it counts as the stream that is declared', async () => {
    const backup = path();
    truncateSync(join(backup, DATA), 2000);
    const report = await verifyDamaged(backup);
    expect(codesOf(report)).toContain('S2_CUT');
    expect(told(report)).toEqual([['ORDERS', 0, 163]]);
    expect(report.streams[0]?.repairable_messages).toBe(0n);
    expect(runCli(['cat', backup])).toMatchObject({ exit: 3, stdout: '' });
    const run = runCli(['repair', backup, '--out', join(tempFolder(), 'out'), '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      streams: [{ name: 'WQ' }],
      skipped: [{ name: 'ORDERS', lost_messages: 163 }],
    });
  });

  it('with a meta.inf that does not fit its sum, the blocks tell', async () => {
    const store = '2.14.5-full/store/jetstream/$G/streams/WQ';
    const damaged = join(tempFolder(), 'WQ');
    cpSync(join(CAPTURES, store), damaged, { recursive: true });
    editFile(join(damaged, 'meta.sum'), () => Buffer.from('0000000000000000'));
    const packed = join(tempFolder(), DATA);
    execFileSync('tar', ['cf', packed, '-C', damaged, 'meta.inf', 'meta.sum', 'msgs/1.blk', 'msgs/index.db']);
    const backup = copyOf(`${V1}/ORDERS`);
    copyFileSync(packed, join(backup, DATA));
    const report = await verifyDamaged(backup);
    expect(codesOf(report)).toEqual(['MAN_NAME_MISMATCH', 'META_SUM_MISMATCH', 'SNAP_NOT_S2']);
    expect(told(report)).toEqual([
      ['ORDERS', null, 163],
      ['WQ', 27, 0],
    ]);
  });
});

describe('the snapshot of another stream of the same name', () => {
  const other = '2.9.25-full/backups/$G/ORDERS';
  const reason = 'is a snapshot of another stream ORDERS, nothing of the one in backup.json is here';
  const path = (): string => {
    const backup = copyOf(`${V1}/ORDERS`);
    copyFileSync(join(CAPTURES, other, DATA), join(backup, DATA));
    return backup;
  };

  it('is told by its first message: nothing that is declared is there', async () => {
    const report = await verifyDamaged(path());
    expect(codesOf(report)).toEqual(['MAN_DATA_FOREIGN']);
    expect(report.streams.map(({ declared }) => declared === null)).toEqual([false, true]);
    expect(told(report)).toEqual([
      ['ORDERS', null, 163],
      ['ORDERS', 163, 0],
    ]);
  });

  it('cat and pack tell it, too', async () => {
    const backup = path();
    expect(runCli(['cat', backup])).toMatchObject({
      exit: 3,
      stderr: expect.stringContaining(reason) as string,
    });
    const target = join(tempFolder(), 'out');
    const run = runCli(['pack', backup, '--out', target, '--json']);
    expect(run.exit, run.stderr).toBe(3);
    expect(JSON.parse(run.stdout)).toMatchObject({ skipped: [{ name: 'ORDERS', lost_messages: 163 }] });
    expect(await messageList(target)).toEqual(await messageList(join(CAPTURES, other)));
  });

  it('repair brings back what is declared, and not the other one', async () => {
    const target = join(tempFolder(), 'out');
    const { loss } = await repairArchive(path(), { target, from: [join(CAPTURES, V1, 'ORDERS')] });
    expect(loss.streams).toMatchObject([{ name: 'ORDERS', recovered: 163n, lost: 0n }]);
    expect(await messageList(target)).toEqual(await messageList(join(CAPTURES, V1, 'ORDERS')));
  });

  it('as a helper it is told not to be the same', async () => {
    const damaged = copyOf(`${V1}/ORDERS`);
    const target = join(tempFolder(), 'out');
    await expect(repairArchive(damaged, { target, from: [path()] })).rejects.toThrow(
      /holds none of the streams that are repaired: ORDERS: 0 of \d+ messages at the same sequence are the same$/,
    );
  });

  it('of a V2 archive, whose subjects are those that are declared', async () => {
    const backup = copyOf(`${V2}/ORDERS`);
    copyFileSync(join(CAPTURES, V1, 'ORDERS/backup.json'), join(backup, 'backup.json'));
    const report = await verifyDamaged(backup);
    expect(codesOf(report)).toEqual(['MAN_DATA_FOREIGN']);
    expect(told(report)).toEqual([
      ['ORDERS', null, 163],
      ['', 163, 0],
    ]);
  });
});

describe('other forms', () => {
  it('a V2 archive does not tell its name, but its subjects tell that it is another', async () => {
    const backup = mixed(V2, 'ORDERS', 'HUGESEQ');
    const report = await verifyDamaged(backup);
    expect(codesOf(report)).toEqual(['MAN_DATA_FOREIGN']);
    expect(told(report)).toEqual([
      ['ORDERS', null, 163],
      ['', 4, 0],
    ]);
    const run = runCli(['cat', backup]);
    expect(run.stderr).toContain('stream.tar.s2 is an archive of another stream, nothing of ORDERS is here');
    expect(
      run.stdout
        .trimEnd()
        .split('\n')
        .every((line) => line.startsWith('{"stream":"",')),
    ).toBe(true);
  });

  it('in an account backup, a V2 archive that nobody knows hinders no other stream', () => {
    const account = copyOf(V2);
    copyFileSync(join(account, 'HUGESEQ', DATA), join(account, 'ORDERS', DATA));
    const run = runCli(['pack', account, '--out', join(tempFolder(), 'out'), '--json']);
    expect(run.exit, run.stderr).toBe(3);
    expect(JSON.parse(run.stdout)).toMatchObject({
      skipped: [
        { name: 'ORDERS', lost_messages: 163 },
        // All of HUGESEQ, as the head of its archive counts it.
        { name: '', lost_messages: 4, reason: expect.stringContaining('ORDERS/stream.tar.s2') as string },
      ],
    });
  });

  it('a .tgz of the old nats backup', async () => {
    const capture = captures().find(({ id }) => id.startsWith('2.2.0-beta'));
    if (
      !isThere(capture !== undefined, 'a .tgz of 2.2.0-beta, whose capture is not there') ||
      capture === undefined
    )
      return;
    const folder = copyOf(join(capture.folder, 'backups/backup-data'));
    copyFileSync(join(folder, 'stream_WQ.tgz'), join(folder, 'stream_ORDERS.tgz'));
    const report = await verifyDamaged(folder, { streams: ['ORDERS'] });
    expect(codesOf(report)).toContain('MAN_NAME_MISMATCH');
    expect(told(report)).toEqual([['ORDERS', null, 0]]);
    expect(runCli(['cat', folder, '--stream', 'ORDERS'])).toMatchObject({ exit: 3, stdout: '' });
    for (const command of ['pack', 'repair'])
      expect(runCli([command, folder, '--out', join(tempFolder(), 'out'), '--json'])).toMatchObject({
        exit: 3,
        stdout: expect.stringContaining('stream_ORDERS.tgz is a snapshot of WQ') as string,
      });
  });
});

it('where nothing tells whose a V2 archive is, what is declared is lost if nothing of it is there', async () => {
  // Sources may give it any subject.
  const backup = mixed(V2, 'SOURCED', 'HUGESEQ');
  const report = await verifyDamaged(backup);
  expect(codesOf(report)).toEqual(['DECL_MESSAGES_FEWER']);
  expect(told(report)).toEqual([['SOURCED', 4, 36]]);
  expect(report.streams[0]?.lost).toEqual({ msgs: [[1n, 36n]], bytes: 0 });
  const target = join(tempFolder(), 'out');
  const { loss } = await repairArchive(backup, { target });
  expect(loss.streams).toMatchObject([{ name: 'SOURCED', recovered: 4n, lost: 36n }]);
  expect(runCli(['pack', backup, '--out', join(tempFolder(), 'out')])).toMatchObject({
    exit: 3,
    stdout: expect.stringContaining('lost in the source: 36 messages, sequences 1-36') as string,
  });
});

describe('what is not of another stream', () => {
  it('no capture', async () => {
    for (const { folder } of captures())
      for (const kind of readdirSync(folder)) {
        const path = join(folder, kind);
        for (const backup of kind.startsWith('backups') ? [path, ...below(path)] : []) {
          const container = await openContainer(backup).catch(() => null);
          if (container === null) continue;
          expect(foreignApart(container), backup).toBe(container);
          container.close();
        }
      }
  });

  it('a snapshot that holds the meta.inf of another stream: its records tell whose it is', async () => {
    const folder = copyOf('2.14.5-full/store/jetstream/$G/streams/ORDERS');
    const other = join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/WQ');
    for (const name of ['meta.inf', 'meta.sum']) copyFileSync(join(other, name), join(folder, name));
    const backup = copyOf(`${V1}/ORDERS`);
    const files = ['meta.inf', 'meta.sum', 'msgs/index.db', 'msgs/1.blk'];
    const tar = execFileSync('tar', ['--format=ustar', '-cf', '-', '-C', folder, ...files]);
    writeFileSync(join(backup, 'stream.tar.s2'), framed(tar));
    const target = join(tempFolder(), 'out');
    const { loss } = await repairArchive(backup, { target });
    expect(loss.streams).toMatchObject([{ name: 'ORDERS', recovered: 163n, lost: 0n }]);
  });

  it('a snapshot beside a backup.json in which somebody changed name and subjects', async () => {
    const backup = copyOf(`${V1}/ORDERS`);
    editFile(join(backup, 'backup.json'), (bytes) =>
      Buffer.from(bytes.toString().replace('"ORDERS"', '"OTHER"').replace('orders.', 'others.')),
    );
    const report = await verifyDamaged(backup);
    expect(codesOf(report)).toEqual(['MAN_NAME_MISMATCH']);
    expect(told(report)).toEqual([['ORDERS', 163, 0]]);
  });

  it.each([V1, V2])('an older or a newer snapshot of the same stream, %s', async (backups) => {
    for (const [messages, lastSeq, lost, codes] of [
      [400, 600, 237, ['DECL_MESSAGES_FEWER']],
      [155, 162, 0, []],
    ] as const) {
      const backup = copyOf(`${backups}/ORDERS`);
      editFile(join(backup, 'backup.json'), (bytes) =>
        Buffer.from(
          bytes
            .toString()
            .replace(/"messages": \d+/, `"messages": ${messages}`)
            .replace(/"last_seq": \d+/, `"last_seq": ${lastSeq}`)
            .replace(/"last_ts": "[^"]*"/, '"last_ts": "2026-11-21T00:00:01Z"'),
        ),
      );
      const report = await verifyDamaged(backup);
      expect(told(report)).toEqual([['ORDERS', 163, lost]]);
      expect(codesOf(report)).toEqual(codes);
    }
  });

  it('an empty snapshot of another stream is one all the same', async () => {
    await expectDamage(mixed(V1, 'ORDERS', 'EMPTY'), 'CRITICAL', ['MAN_NAME_MISMATCH']);
    const report = await verifyDamaged(mixed(V1, 'EMPTY', 'ORDERS'));
    expect(told(report)).toEqual([
      ['EMPTY', null, 0],
      ['ORDERS', 163, 0],
    ]);
  });

  it('a snapshot whose backup.json cannot be read', async () => {
    const backup = mixed(V1, 'ORDERS', 'WQ');
    truncateSync(join(backup, 'backup.json'), 40);
    expect(told(await verifyDamaged(backup))).toEqual([['WQ', 27, 0]]);
  });

  it('a folder that was only renamed', async () => {
    const account = copyOf(V1);
    for (const name of readdirSync(account))
      if (name !== 'ORDERS') rmSync(join(account, name), { recursive: true });
    cpSync(join(account, 'ORDERS'), join(account, 'ORDERS.old'), { recursive: true });
    rmSync(join(account, 'ORDERS'), { recursive: true });
    await expectDamage(account, 'OK', []);
    const run = runCli(['pack', account, '--stream', 'ORDERS', '--out', join(tempFolder(), 'out')]);
    expect(run.exit, run.stderr).toBe(0);
  });
});

/** Folders of accounts in a folder of backups. */
function below(path: string): string[] {
  return readdirSync(path).map((name) => join(path, name));
}
