import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { captures, hasShared } from '../support/captures.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import { CAPTURES, codesOf, copyOf, expectDamage, tempFolder, verifyDamaged } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

function withoutMessages(stream: string): string {
  const path = copyOf(`${STREAMS}/${stream}`);
  rmSync(join(path, 'msgs'), { recursive: true });
  return path;
}

it('the msgs folder removed: consumers tell that there were messages', async () => {
  const report = await verifyDamaged(withoutMessages('ORDERS'));
  expect(report.status).toBe('CRITICAL');
  expect(codesOf(report)).toEqual(['BLK_ALL_MISSING', 'CON_AHEAD_OF_STREAM']);
  const finding = report.findings.find(({ code }) => code === 'BLK_ALL_MISSING');
  expect(finding).toMatchObject({ file: 'msgs', data: { told_by: 'consumer LOG', seq: 172n } });
});

it('the table does not say that nothing was lost', () => {
  const { exit, stdout } = runCli(['verify', withoutMessages('ORDERS')]);
  expect(exit).toBe(2);
  expect(stdout).toMatch(/^ORDERS +0 +0 B +- +\? +CRITICAL$/m);
});

it('the msgs folder removed, and nothing tells whether it held messages', async () => {
  for (const stream of ['TAILDEL', 'EMPTY'])
    await expectDamage(withoutMessages(stream), 'WARNING', ['BLK_NONE']);
});

it('is told by its path in the store, also where nothing else is in the folder', async () => {
  const store = tempFolder();
  mkdirSync(join(store, 'jetstream/$G/streams/X/msgs'), { recursive: true });
  const { findings } = await verifyDamaged(store);
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'BLK_NONE', stream: 'X', file: 'jetstream/$G/streams/X/msgs' }),
  );
});

it('the blocks and the index removed, a file of TTLs left', async () => {
  const path = copyOf(`${STREAMS}/TTL`);
  for (const file of ['1.blk', 'index.db']) rmSync(join(path, 'msgs', file));
  const report = await verifyDamaged(path);
  expect(report.findings.find(({ code }) => code === 'BLK_ALL_MISSING')?.data).toEqual({ told_by: 'thw.db' });
});

it('a stream that never had a message, as servers leave it', async () => {
  const path = copyOf(`${STREAMS}/EMPTY`);
  await expectDamage(path, 'OK', []);
  rmSync(join(path, 'msgs/index.db'));
  await expectDamage(path, 'OK', []);
});

it('2.9: the .idx of a block that is not there lists what is lost', async () => {
  const path = copyOf('2.9.25-full/store/jetstream/$G/streams/ORDERS');
  const before = await verifyDamaged(path);
  rmSync(join(path, 'msgs/1.blk'));
  const report = await verifyDamaged(path);
  expect(report.status).toBe('CRITICAL');
  expect(codesOf(report)).toContain('BLK_MISSING');
  expect(codesOf(report)).not.toContain('BLK_ALL_MISSING');
  const lost = report.streams[0]?.lost.msgs.reduce((sum, [from, to]) => sum + to - from + 1n, 0n);
  expect(lost).toBe(BigInt(before.streams[0]?.actual?.messages ?? 0));
});

it('2.9: an .idx without messages beside no block is no loss', async () => {
  const path = copyOf('2.9.25-full/store/jetstream/$G/streams/ORDERS');
  writeFileSync(join(path, 'msgs/7.idx'), '');
  const before = await verifyDamaged(path);
  expect(codesOf(before)).not.toContain('BLK_MISSING');
});

it.runIf(hasShared())('2.9: one block of several removed', async () => {
  const capture = captures().find(({ id }) => id === '2.9.25/full');
  const path = copyOf(join(capture?.folder ?? '', 'store/jetstream/$G/streams/BLOCKS'));
  rmSync(join(path, 'msgs/2.blk'));
  const report = await verifyDamaged(path);
  expect(report.findings).toContainEqual(
    expect.objectContaining({
      code: 'BLK_MISSING',
      file: 'msgs/2.blk',
      data: { block: 2, first_seq: 40n, last_seq: 78n, messages: 39n },
    }),
  );
  expect(report.streams[0]?.lost.msgs).toEqual([[40n, 78n]]);
});

it('what is written of a stream that never had a message has a block, as that of servers', async () => {
  const source = join(CAPTURES, '2.14.5-full/backups/$G/EMPTY');
  for (const to of ['store', 'v1', 'tgz'] as const) {
    const target = join(tempFolder(), 'written');
    await convertArchive(source, { target, to, noConsumers: false });
    await expectDamage(target, 'OK', []);
    const [stream] = (await inspectArchive(target)).accounts[0]?.streams ?? [];
    expect(stream?.blocks.map(({ index, bytes }) => [index, bytes])).toEqual([[1, 0]]);
  }
});
