import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { copyOf, flipBit, tempFolder } from '../support/damage.ts';

const countOf = (ranges: readonly (readonly [bigint, bigint])[]): bigint =>
  ranges.reduce((sum, [from, to]) => sum + to - from + 1n, 0n);

/** ORDERS of a real store, 163 messages in one block, of which so many bytes are left. */
function storeWithBlock(leftBytes: (sizeBytes: number) => number): string {
  const store = copyOf('2.14.5-full/store');
  const block = join(store, 'jetstream/$G/streams/ORDERS/msgs/1.blk');
  truncateSync(block, leftBytes(statSync(block).size));
  return store;
}

it('a last block that was emptied loses all that index.db knows of it, for whoever is asked', async () => {
  const store = storeWithBlock(() => 0);
  const streams = ['ORDERS'];
  const [verified] = (await verifyArchive(store, { streams })).streams;
  expect(countOf(verified?.lost.msgs ?? [])).toBe(163n);
  for (const one of verified?.predictions ?? [])
    expect([one.server, one.outcome, one.messages]).toEqual([one.server, 'loss', 0n]);
  expect((await preflightStore(store, { streams })).status).toBe('CRITICAL');
  const repaired = await repairArchive(store, { streams, target: join(tempFolder(), 'out') });
  expect(repaired.loss.streams[0]).toMatchObject({ recovered: 0n, lost: 163n, deleted: 8n });
});

it('a last block that was cut loses what index.db knows behind the cut', async () => {
  const store = storeWithBlock((sizeBytes) => Math.floor(sizeBytes / 2));
  const [verified] = (await verifyArchive(store, { streams: ['ORDERS'] })).streams;
  const lost = countOf(verified?.lost.msgs ?? []);
  expect(lost).toBeGreaterThan(70n);
  const repaired = await repairArchive(store, { streams: ['ORDERS'], target: join(tempFolder(), 'out') });
  expect(repaired.loss.streams[0]).toMatchObject({ recovered: 163n - lost, lost, deleted: 8n });
});

const STREAMS_OF_29 = '2.9.25-full/store/jetstream/$G/streams';
const COMPRESSED = '2.14.5-full/store/jetstream/$G/streams/COMPRESSED';
const empty = (block: string): void => truncateSync(block, 0);
const zero = (block: string): void => writeFileSync(block, Buffer.alloc(statSync(block).size));
const remove = (block: string): void => rmSync(block);

it.each([
  ['2.9, emptied', `${STREAMS_OF_29}/WQ`, 1, empty, 27n],
  ['2.9, zeroed', `${STREAMS_OF_29}/PERSUB`, 1, zero, 108n],
  ['compressed, emptied', COMPRESSED, 2, empty, 37n],
  ['compressed, zeroed', COMPRESSED, 2, zero, 37n],
  ['compressed, missing', COMPRESSED, 2, remove, 37n],
] as const)('a block of which nothing is left loses the same for whoever is asked: %s', async (...given) => {
  const [, stream, number, damage, lost] = given;
  const path = copyOf(stream);
  damage(join(path, `msgs/${number}.blk`));
  const verified = await verifyArchive(path);
  expect(verified).toMatchObject({
    status: 'CRITICAL',
    streams: [{ lost_messages: lost, doubtful_messages: 0n }],
  });
  expect(countOf(verified.streams[0]?.lost.msgs ?? [])).toBe(lost);
  expect(await preflightStore(path)).toMatchObject({ status: 'CRITICAL', streams: [{ outcome: 'loss' }] });
  const { loss, isLossy } = await repairArchive(path, { target: join(tempFolder(), 'out') });
  expect([loss.streams[0]?.lost, isLossy]).toEqual([lost, true]);
});

it('a stream of an account backup whose snapshot is gone loses what its backup.json declares', async () => {
  const backup = copyOf('2.14.5-full/account-backup');
  rmSync(join(backup, '$G/WQ/stream.tar.s2'));
  const streams = ['WQ'];
  expect(await verifyArchive(backup, { streams })).toMatchObject({
    status: 'CRITICAL',
    streams: [{ actual: null, lost: { msgs: [[16n, 62n]] }, lost_messages: 27n }],
  });
  const { loss } = await repairArchive(backup, { target: join(tempFolder(), 'out') });
  expect(loss.streams.at(-1)).toMatchObject({ name: 'WQ', lost: 27n });
});

it('a snapshot that is not known for one by its first byte is lost as it is, and can be saved', async () => {
  const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
  flipBit(join(backup, 'stream.tar.s2'), 0, 1);
  expect(await verifyArchive(backup)).toMatchObject({
    status: 'CRITICAL',
    streams: [{ actual: null, lost_messages: 163n, repairable_messages: 163n }],
  });
  const { loss, isLossy } = await repairArchive(backup, { target: join(tempFolder(), 'out') });
  expect([loss.streams[0]?.recovered, isLossy]).toEqual([163n, false]);
  writeFileSync(join(backup, 'stream.tar.s2'), Buffer.alloc(1000, 7));
  expect((await verifyArchive(backup)).streams).toMatchObject([
    { lost_messages: 163n, repairable_messages: 0n },
  ]);
});

it('of an index that is ahead of the blocks it is said so', async () => {
  const store = storeWithBlock((sizeBytes) => Math.floor(sizeBytes / 2));
  const { streams } = await preflightStore(store, { streams: ['ORDERS'] });
  const reason = 'index.db knows messages that the blocks do not hold';
  expect(streams[0]?.steps[0]).toMatchObject({ do: 'rebuild-index', reason });
});

it('where nothing speaks of missing sequences, backup.json counts them', async () => {
  const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
  const file = join(backup, 'stream.tar.s2');
  const bytes = readFileSync(file);
  writeFileSync(file, Buffer.concat([bytes.subarray(0, 13_943), bytes.subarray(14_043)]));
  const [loss] = (await repairArchive(backup, { target: join(tempFolder(), 'out') })).loss.streams;
  expect((loss?.recovered ?? 0n) + (loss?.lost ?? 0n)).toBe(163n);
  expect(loss?.deleted).toBe(8n);
});
