import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../src/format/manifest/parse.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import { eachRange } from '../../src/core/sequence-ranges.ts';
import { sliceArchive } from '../../src/operation/slice/run.ts';
import { renameStream } from '../../src/operation/rename/run.ts';
import { CAPTURES, copyOf, flipBit, recordsOf, tempFolder } from '../support/damage.ts';
import { repaired } from '../support/repaired.ts';

const ORDERS = '2.14.5-full/store/jetstream/$G/streams/ORDERS';

function target(): string {
  return join(tempFolder(), 'out');
}

/** The sequences that backup.json names as lost, as pairs. */
function lostIn(backup: string): (readonly [bigint, bigint])[] {
  const manifest = parseManifest(readFileSync(join(backup, 'backup.json')));
  return manifest.ok ? [...eachRange(manifest.value.state?.lost ?? new BigUint64Array(0))] : [];
}

/** A backup that a repair wrote: 6 (or another) and 48 are lost. */
async function repairedOrders(lost = 6n): Promise<string> {
  const store = copyOf(ORDERS);
  const block = join(store, 'msgs/1.blk');
  for (const { seq, at, length } of recordsOf(readFileSync(block)))
    if (seq === lost || seq === 48n) flipBit(block, at + length - 1);
  const { target: path } = await repaired(store);
  expect(lostIn(path)).toEqual([
    [lost, lost],
    [48n, 48n],
  ]);
  return path;
}

describe('what was lost before an archive was written', () => {
  it('a repair of it tells again, and keeps', async () => {
    const backup = await repairedOrders();
    const again = await repaired(backup);
    const told = again.loss.streams.map((stream) => ({ ...stream, ranges: [...stream.ranges] }));
    expect(told).toMatchObject([
      {
        recovered: 161n,
        lost: 2n,
        deleted: 8n,
        doubtful: 0n,
        ranges: [
          { from: 6n, to: 6n, state: 'lost', file: 'backup.json', code: 'LOST_BEFORE' },
          { from: 48n, to: 48n, state: 'lost', file: 'backup.json', code: 'LOST_BEFORE' },
        ],
      },
    ]);
    expect(again.isLossy).toBe(true);
    expect(readFileSync(join(again.target, 'backup.json'))).toEqual(
      readFileSync(join(backup, 'backup.json')),
    );
  });

  it('a repair of it tells again where it was the first of the stream', async () => {
    const backup = await repairedOrders(2n);
    const again = await repaired(backup);
    const [stream] = again.loss.streams;
    expect([...(stream?.ranges ?? [])].map(({ from, to, code }) => [from, to, code])).toEqual([
      [2n, 2n, 'LOST_BEFORE'],
      [48n, 48n, 'LOST_BEFORE'],
    ]);
    expect(stream).toMatchObject({ recovered: 161n, lost: 2n, doubtful: 0n });
    expect(readFileSync(join(again.target, 'backup.json'))).toEqual(
      readFileSync(join(backup, 'backup.json')),
    );
  });

  it.each(['v1', 'v2'] as const)('is added to what is lost since, %s', async (to) => {
    const copy = target();
    await convertArchive(await repairedOrders(), { to, target: copy });
    flipBit(join(copy, 'stream.tar.s2'), 20_000);
    const { loss, target: path } = await repaired(copy);
    const [stream] = loss.streams;
    expect(stream?.lost).toBeGreaterThan(2n);
    expect((stream?.recovered ?? 0n) + (stream?.lost ?? 0n)).toBe(163n);
    const before = [...(stream?.ranges ?? [])].filter(({ code }) => code === 'LOST_BEFORE');
    expect(before).toHaveLength(2);
    expect(lostIn(path).some(([from, to]) => from <= 6n && to >= 6n)).toBe(true);
    expect(lostIn(path).some(([from, to]) => from <= 48n && to >= 48n)).toBe(true);
  });

  it('is no longer told once it is healed', async () => {
    const healed = await repaired(await repairedOrders(), { from: [join(CAPTURES, ORDERS)] });
    expect(healed.loss.streams).toMatchObject([{ lost: 0n, recovered: 163n }]);
    expect(healed.isLossy).toBe(false);
    expect(lostIn(healed.target)).toEqual([]);
  });

  it('stays in every copy that has a backup.json, and where there is none that is told', async () => {
    const backup = await repairedOrders();
    for (const to of ['v1', 'v2'] as const) {
      const copy = target();
      const report = await convertArchive(backup, { to, target: copy });
      expect(report.lost.msgs).toEqual([]);
      expect(lostIn(copy)).toHaveLength(2);
    }
    const renamed = target();
    await renameStream(backup, { as: 'OTHER', target: renamed });
    expect(lostIn(renamed)).toHaveLength(2);
    for (const to of ['tgz', 'store'] as const) {
      const report = await convertArchive(backup, { to, target: target() });
      expect(report.streams[0]?.not_carried).toContain(
        'that 2 messages were lost before: only a backup.json tells which',
      );
    }
  });

  it('takes nothing off what a copy lacks, wherever backup.json says that it was', async () => {
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    flipBit(join(backup, 'stream.tar.s2'), 20_000);
    const lacking = async (): Promise<bigint> =>
      (await convertArchive(backup, { to: 'v1', target: target(), dryRun: true })).lost_messages;
    const lacks = await lacking();
    expect(lacks).toBeGreaterThan(0n);
    const file = join(backup, 'backup.json');
    const { config, state } = JSON.parse(readFileSync(file, 'utf8'));
    for (const count of [{}, { messages: 500 }]) {
      const lost = { ranges: [[1000, 2000]], ...count };
      writeFileSync(file, JSON.stringify({ config, state, lost }));
      expect(await lacking()).toBe(lacks);
    }
  });

  it('a slice keeps what lies in it; one that is numbered anew has other sequences', async () => {
    const backup = await repairedOrders();
    const [part, anew] = [target(), target()];
    await sliceArchive(backup, { target: part, minSeq: 40n });
    expect(lostIn(part)).toEqual([[48n, 48n]]);
    await sliceArchive(backup, { target: anew, minSeq: 40n, renumber: true });
    expect(lostIn(anew)).toEqual([]);
  });
});
