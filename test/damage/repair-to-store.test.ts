import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import type { Json } from '../support/captures.ts';
import { CAPTURES, copyOf, editFile, flipBit, recordsOf, tempFolder, treeSum } from '../support/damage.ts';
import { framed, unframed } from '../support/frames.ts';
import { messageList } from '../support/message-list.ts';
import { configIn, repair } from '../support/repaired.ts';

const ORDERS = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const BACKUP = '2.14.5-full/backups/$G/ORDERS';
const V2_BACKUP = '2.15.2-full/backups/$G/ORDERS';

/** The sequence of the record that a flipped bit ends. */
function hitBlock(store: string, record: number): bigint {
  const block = join(store, 'msgs/1.blk');
  const hit = recordsOf(readFileSync(block))[record];
  flipBit(block, (hit?.at ?? 0) + 40);
  return hit?.seq ?? 0n;
}

/** All that inspect tells of the consumers, but how much they wait for: that depends on what is left. */
async function consumersOf(path: string): Promise<Json[]> {
  const { accounts } = await inspectArchive(path, { deep: true });
  return accounts.flatMap(({ streams }) =>
    streams.flatMap(({ consumers }) => consumers.map((consumer) => ({ ...consumer, num_pending: null }))),
  );
}

const CODES = ({ result }: Awaited<ReturnType<typeof repair>>): string[] =>
  result.loss.notes.map(({ code }) => code);

describe('repair --to store', () => {
  it('an intact store is written again, with its consumers, and verifies', async () => {
    const repaired = await repair(join(CAPTURES, ORDERS), ORDERS, { to: 'store' });
    expect(repaired.result.isLossy).toBe(false);
    expect(repaired.missing).toEqual([]);
    expect(repaired.invented).toEqual([]);
    expect(CODES(repaired)).toEqual([]);
    expect(repaired.config).toEqual(configIn(readFileSync(join(CAPTURES, ORDERS, 'meta.inf'), 'utf8')));
    const { target } = repaired.result.loss;
    expect(await consumersOf(target)).toEqual(await consumersOf(join(CAPTURES, ORDERS)));
    expect((await consumersOf(target)).length).toBe(5);
    expect((await verifyArchive(target, {})).findings).toEqual([]);
    expect(readdirSync(target)).toEqual(['jetstream']);
  });

  it('a damaged block costs its record, and what cannot be kept is said', async () => {
    const store = copyOf(ORDERS);
    const hit = hitBlock(store, 20);
    const repaired = await repair(store, ORDERS, { to: 'store' });
    expect(repaired.missing).toEqual([hit]);
    expect(repaired.invented).toEqual([]);
    expect(repaired.stream).toMatchObject({ recovered: 162n, lost: 1n, deleted: 8n });
    expect(repaired.result.isLossy).toBe(true);
    expect(CODES(repaired)).toEqual(['LOST_NOT_KEPT']);
    const { target } = repaired.result.loss;
    const [state] = (await inspectArchive(target, {})).accounts.flatMap(({ streams }) =>
      streams.map((stream) => stream.state),
    );
    expect(state).toMatchObject({ messages: 162n, first_seq: 2n, last_seq: 172n, num_deleted: 9n });
    expect((await verifyArchive(target, {})).findings).toEqual([]);
  });

  it('a loss that others heal needs no word', async () => {
    const store = copyOf(ORDERS);
    hitBlock(store, 20);
    const repaired = await repair(store, ORDERS, { to: 'store', from: [join(CAPTURES, BACKUP)] });
    expect(repaired.missing).toEqual([]);
    expect(CODES(repaired)).toEqual([]);
  });

  it('a damaged V1 backup, with the positions of its consumers', async () => {
    const backup = copyOf(BACKUP);
    editFile(join(backup, 'stream.tar.s2'), (bytes) => {
      const tar = unframed(bytes);
      const at = tar.indexOf('orders.', tar.indexOf('msgs/1.blk') + 40_000);
      tar[at] = (tar[at] ?? 0) ^ 1;
      return framed(tar);
    });
    const repaired = await repair(backup, BACKUP, { to: 'store' });
    expect(repaired.missing.length).toBe(1);
    expect(repaired.invented).toEqual([]);
    expect(repaired.result.written.streams).toMatchObject([{ account: '$G', name: 'ORDERS' }]);
    expect(await consumersOf(repaired.result.loss.target)).toEqual(await consumersOf(join(CAPTURES, BACKUP)));
  });

  it('a damaged V2 backup', async () => {
    const backup = copyOf(V2_BACKUP);
    const file = join(backup, 'stream.tar.s2');
    const snapshot = framed(unframed(readFileSync(file)), 4096);
    snapshot.fill(0, 30_000, 30_100);
    writeFileSync(file, snapshot);
    const repaired = await repair(backup, V2_BACKUP, { to: 'store' });
    expect(repaired.missing.length).toBeGreaterThan(0);
    expect(repaired.missing.length).toBeLessThan(40);
    expect(repaired.invented).toEqual([]);
    expect(CODES(repaired)).toEqual(['LOST_NOT_KEPT']);
    expect((await verifyArchive(repaired.result.loss.target, {})).status).toBe('OK');
  });

  it('every stream of every account goes where a server looks for it', async () => {
    const store = copyOf('2.14.5-full/store');
    hitBlock(join(store, 'jetstream/$G/streams/ORDERS'), 20);
    const target = join(tempFolder(), 'out');
    const before = treeSum(store);
    const { written, loss } = await repairArchive(store, { target, to: 'store' });
    expect(treeSum(store)).toBe(before);
    for (const { account, name } of written.streams)
      expect(existsSync(join(target, 'jetstream', account ?? '', 'streams', name, 'meta.inf'))).toBe(true);
    expect(written.streams.length).toBeGreaterThan(10);
    expect(loss.notes.filter(({ code }) => code === 'LOST_NOT_KEPT')).toMatchObject([
      { account: '$G', stream: 'ORDERS' },
    ]);
    for (const { account, name, state } of written.streams) {
      const path = join(target, 'jetstream', account ?? '', 'streams', name);
      expect(BigInt((await messageList(path)).size), name).toBe(BigInt(state.messages));
    }
  });

  it('a sources.db that cannot be read is left out, one that can be is kept', async () => {
    const folder = '2.15.2-full/store/jetstream/$G/streams';
    const name = readdirSync(join(CAPTURES, folder)).find((stream) =>
      existsSync(join(CAPTURES, folder, stream, 'sources.db')),
    );
    const store = copyOf(`${folder}/${name}`);
    const file = `jetstream/$G/streams/${name}/sources.db`;
    const [kept, without] = [join(tempFolder(), 'out'), join(tempFolder(), 'out')];
    await repairArchive(store, { target: kept, to: 'store' });
    expect(readFileSync(join(kept, file))).toEqual(readFileSync(join(store, 'sources.db')));
    writeFileSync(join(store, 'sources.db'), 'nothing of the kind');
    const { loss } = await repairArchive(store, { target: without, to: 'store' });
    expect(loss.notes.map(({ code }) => code)).toContain('SOURCES_CORRUPT');
    expect(existsSync(join(without, file))).toBe(false);
  });

  it('the same input gives the same bytes', async () => {
    const store = copyOf(ORDERS);
    hitBlock(store, 20);
    const target = join(tempFolder(), 'out');
    const sums: string[] = [];
    for (const _ of ['once', 'again']) {
      await repairArchive(store, { target, to: 'store' });
      sums.push(treeSum(target));
      rmSync(target, { recursive: true });
    }
    expect(sums[0]).toBe(sums[1]);
  });
});
