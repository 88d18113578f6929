import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import type { RepairResult } from '../../src/operation/repair/types.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { codesOf, copyOf, editFile, flipBit, recordsOf, tempFolder } from '../support/damage.ts';
import { repair } from '../support/repaired.ts';
import { runCli } from '../support/run-cli.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

function withoutIndex(stream: string, damage: (folder: string) => void): string {
  const path = copyOf(`${STREAMS}/${stream}`);
  rmSync(join(path, 'msgs/index.db'));
  damage(path);
  return path;
}

async function repairOf(path: string): Promise<RepairResult> {
  return repairArchive(path, { target: join(tempFolder(), 'out'), dryRun: true });
}

describe('a store whose last block was cut, without an index: consumers tell how far it got', () => {
  it('within a record', async () => {
    const path = withoutIndex('ORDERS', (folder) =>
      editFile(join(folder, 'msgs/1.blk'), (bytes) => bytes.subarray(0, Math.floor(bytes.length / 2))),
    );
    const verified = await verifyArchive(path);
    expect(codesOf(verified)).toEqual(['BLK_TRUNCATED', 'CON_AHEAD_OF_STREAM']);
    const lost = { lost: { msgs: [[87n, 172n]] }, lost_messages: 86n, doubtful_messages: 86n };
    expect(verified).toMatchObject({ status: 'CRITICAL', streams: [lost] });
    const reason = '86 messages are lost';
    expect(await preflightStore(path)).toMatchObject({ status: 'CRITICAL', streams: [{ reason }] });
    const { loss, isLossy } = await repairOf(path);
    expect(isLossy).toBe(true);
    expect(loss.streams).toMatchObject([{ recovered: 83n, lost: 0n, doubtful: 86n, last_seq: 172n }]);
    expect([...(loss.streams[0]?.ranges ?? [])]).toMatchObject([
      { from: 87n, to: 172n, state: 'doubtful', code: 'CON_AHEAD_OF_STREAM' },
    ]);
  });

  it('between two records', async () => {
    const path = withoutIndex('ORDERS', (folder) =>
      editFile(join(folder, 'msgs/1.blk'), (bytes) => bytes.subarray(0, recordsOf(bytes)[100]?.at)),
    );
    const verified = await verifyArchive(path);
    expect(codesOf(verified)).toEqual(['CON_AHEAD_OF_STREAM']);
    const lost = { lost: { msgs: [[101n, 172n]] }, lost_messages: 72n, doubtful_messages: 72n };
    expect(verified).toMatchObject({ status: 'WARNING', streams: [lost] });
    const { status, streams } = await preflightStore(path);
    expect(status).toBe('WARNING');
    expect(streams[0]?.steps).toContainEqual(
      expect.objectContaining({ do: 'remove-messages', messages: 72n }),
    );
    const { loss, isLossy } = await repairOf(path);
    expect(isLossy).toBe(true);
    expect(loss.streams).toMatchObject([{ recovered: 96n, lost: 0n, doubtful: 72n }]);
    expect(loss.notes).toMatchObject([
      { code: 'DELETES_UNKNOWN' },
      { code: 'CON_AHEAD_OF_STREAM', loss: true },
    ]);
    const packed = runCli(['pack', path, '--out', join(tempFolder(), 'packed'), '--dry-run']);
    expect(packed.stdout).toMatch(/lost in the source: up to 72 messages, sequences 101-172\n/);
    expect(packed.exit).toBe(3);
  });
});

describe('a block in the middle, without an index', () => {
  it.each([
    ['missing', (block: string): void => rmSync(block)],
    ['emptied', (block: string): void => truncateSync(block, 0)],
  ])('%s: what nothing explains may be lost', async (_, damage) => {
    const path = withoutIndex('COMPRESSED', (folder) => damage(join(folder, 'msgs/2.blk')));
    const verified = await verifyArchive(path);
    expect(codesOf(verified)).toEqual(['BLK_NUMBER_MISSING']);
    expect(verified.findings).toContainEqual(
      expect.objectContaining({ file: 'msgs/3.blk', data: { block: 2, from: 38n, to: 75n, sequences: 37n } }),
    );
    const lost = {
      lost: {
        msgs: [
          [38n, 59n],
          [61n, 75n],
        ],
      },
      lost_messages: 37n,
      doubtful_messages: 37n,
    };
    expect(verified).toMatchObject({ status: 'WARNING', streams: [lost] });
    const { status, streams } = await preflightStore(path);
    expect(status).toBe('WARNING');
    expect(streams[0]?.steps).toContainEqual(
      expect.objectContaining({ do: 'remove-messages', messages: 37n }),
    );
    const { loss } = await repairOf(path);
    expect(loss.streams).toMatchObject([{ recovered: 152n, lost: 0n, doubtful: 37n }]);
    const ranges = [...(loss.streams[0]?.ranges ?? [])];
    expect(ranges.map(({ code }) => code)).toEqual(['BLK_NUMBER_MISSING', 'BLK_NUMBER_MISSING']);
  });
});

it('a stream of which no block is left: up to what consumers were delivered', async () => {
  const path = withoutIndex('ORDERS', (folder) => rmSync(join(folder, 'msgs'), { recursive: true }));
  const lost = { lost_messages: 172n, doubtful_messages: 172n };
  expect(await verifyArchive(path)).toMatchObject({ status: 'CRITICAL', streams: [lost] });
  expect(await preflightStore(path)).toMatchObject({ status: 'CRITICAL', streams: [{ outcome: 'loss' }] });
  const { loss, isLossy } = await repairOf(path);
  expect(isLossy).toBe(true);
  expect(loss.streams).toMatchObject([{ recovered: 0n, lost: 0n, doubtful: 172n }]);
  const silent = withoutIndex('TAILDEL', (folder) => rmSync(join(folder, 'msgs'), { recursive: true }));
  expect((await preflightStore(silent)).status).toBe('WARNING');
});

it('a damaged tombstone lets deleted messages come back: preflight warns', async () => {
  const path = withoutIndex('ORDERS', (folder) => {
    const file = join(folder, 'msgs/1.blk');
    flipBit(file, (recordsOf(readFileSync(file)).at(-3)?.at ?? 0) + 25);
  });
  const { status, streams } = await preflightStore(path);
  expect(status).toBe('WARNING');
  expect(streams[0]?.steps).toContainEqual(expect.objectContaining({ do: 'cut-block', severity: 'warning' }));
});

it('no more is lost than the range that the archive declares', async () => {
  const backup = copyOf('2.14.5-full/backups/$G/HUGESEQ');
  for (const [from, at] of [
    [603, 803],
    [803, 1003],
  ] as const) {
    const file = join(backup, 'stream.tar.s2');
    const whole = readFileSync(file);
    const parts = [whole.subarray(0, at), whole.subarray(from, at), whole.subarray(at)];
    writeFileSync(file, Buffer.concat(parts));
    const { loss } = await repairOf(backup);
    const [stream] = loss.streams;
    expect((stream?.recovered ?? 0n) + (stream?.lost ?? 0n)).toBe(4n);
    expect(stream?.first_seq).toBeGreaterThanOrEqual(9007199254753336n);
    expect((await verifyArchive(backup)).streams[0]).toMatchObject({ lost_messages: 4n });
    writeFileSync(file, whole);
  }
});

it('where damage took the index of a snapshot, it is said that deletes may be unknown', async () => {
  const original = '2.14.5-full/backups/$G/ORDERS';
  const backup = copyOf(original);
  const file = join(backup, 'stream.tar.s2');
  flipBit(file, 22_647, 3);
  const { result, stream, missing, invented } = await repair(backup, original);
  expect(invented).toEqual([7n, 57n]);
  expect(stream.lost + BigInt(invented.length)).toBe(BigInt(missing.length));
  expect((await verifyArchive(backup)).streams[0]).toMatchObject({ lost_messages: 163n });
  const note = result.loss.notes.find(({ code }) => code === 'DELETES_UNKNOWN');
  const most = Number(/up to (\d+) messages/.exec(note?.text ?? '')?.[1]);
  expect(most).toBeGreaterThanOrEqual(invented.length);
});

it('where deletes are unknown, what the archive declares behind all that was found is not there either', async () => {
  const original = '2.14.5-full/backups/$G/WQ';
  const backup = copyOf(original);
  editFile(join(backup, 'stream.tar.s2'), (bytes) => bytes.fill(0, 4090, 5702));
  const { stream, missing, invented } = await repair(backup, original);
  // 20 messages were acknowledged, and nothing that is left says so.
  expect(invented.length).toBeGreaterThan(15);
  expect(stream.lost).toBe(BigInt(missing.length));
  const [verified] = (await verifyArchive(backup)).streams;
  expect(verified).toMatchObject({ lost_messages: 27n, repairable_messages: 27n - stream.lost });
});
