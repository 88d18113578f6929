import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES, copyOf, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

/** Streams that never had a message, in each form; `nats stream info` shows no deleted messages of them, and no times. */
const UNUSED = [
  '2.14.5-full/store/jetstream/$G/streams/EMPTY',
  '2.9.25-full/store/jetstream/$G/streams/EMPTY',
  '2.14.5-full/backups/$G/EMPTY',
  '2.9.25-full/backups/$G/EMPTY',
  '2.15.2-full/backups/$G/EMPTY',
].map((path) => join(CAPTURES, path));

it.each(UNUSED)('an unused stream has no deleted messages: %s', async (path) => {
  const { accounts } = await inspectArchive(path, { gaps: true });
  const state = accounts[0]?.streams[0]?.state;
  expect(state).toMatchObject({ messages: expect.anything() as unknown, num_deleted: 0n });
  expect([...(state?.deleted ?? [0n])]).toEqual([]);
  const plain = await inspectArchive(path);
  expect(BigInt(plain.accounts[0]?.streams[0]?.state?.num_deleted ?? -1)).toBe(0n);
  expect(BigInt((await verifyArchive(path)).streams[0]?.actual?.num_deleted ?? -1)).toBe(0n);
  const { stdout } = runCli(['inspect', path]);
  expect(stdout).toMatch(/^ +Deleted Messages: 0$/m);
  expect(stdout).toMatch(/^ +Last Sequence: 0$/m);
});

it('backups of both forms are of no one form', () => {
  const folder = tempFolder();
  const [v1, v2] = ['2.14.5-full', '2.15.2-full'].map((server) => join(CAPTURES, server, 'backups/$G/WQ'));
  cpSync(v1 ?? '', join(folder, 'A'), { recursive: true });
  expect(runCli(['inspect', folder]).stdout).toMatch(/: account-backup, V1 snapshot, /);
  cpSync(v2 ?? '', join(folder, 'B'), { recursive: true });
  expect(runCli(['inspect', folder]).stdout).toMatch(/: account-backup, \d/);
});

it('a stream of which nothing tells the name is called so where it cannot be read', () => {
  const backup = copyOf('2.14.5-full/backups/$G/WQ');
  writeFileSync(join(backup, 'backup.json'), '{}');
  writeFileSync(join(backup, 'stream.tar.s2'), '');
  for (const command of ['repair', 'pack'])
    expect(runCli([command, backup, '--out', join(tempFolder(), 'out')]).stderr).toMatch(
      /^natsarc: \(no name\): a configuration without data/,
    );
});
