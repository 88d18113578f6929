import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURES, copyOf, flipBit, recordsOf, tempFolder, verifyDamaged } from '../support/damage.ts';
import { damageMessage } from '../support/damaged-copies.ts';
import { messageList } from '../support/message-list.ts';
import { repair } from '../support/repaired.ts';
import { runCli } from '../support/run-cli.ts';

const TAILDEL = '2.14.5-full/store/jetstream/$G/streams/TAILDEL';

/** A stream in which the record of message 13, deleted by a tombstone, is damaged. */
function damaged(hasIndex: boolean): string {
  const path = copyOf(TAILDEL);
  if (!hasIndex) rmSync(join(path, 'msgs/index.db'));
  damageMessage(path, 13n);
  return path;
}

describe('2.9: damage in the record of a message that the .idx of its block calls deleted', () => {
  const streams = '2.9.25-full/store/jetstream/$G/streams';

  it.each([
    // Its last message was deleted behind the last writing of the .idx.
    ['TAILDEL', 13n, 'BLK_CHECKSUM_MISMATCH', 'critical'],
    ['PERSUB', 3n, 'BLK_DELETED_RECORD_DAMAGED', 'warning'],
    ['WQ', 17n, 'BLK_DELETED_RECORD_DAMAGED', 'warning'],
  ])('%s, sequence %d', async (name, seq, code, severity) => {
    const path = copyOf(`${streams}/${name}`);
    const block = join(path, 'msgs/1.blk');
    const record = recordsOf(readFileSync(block)).find((one) => one.seq === seq);
    flipBit(block, (record?.at ?? 0) + (record?.length ?? 0) - 1);
    const report = await verifyDamaged(path);
    const found = report.findings.filter((finding) => finding.code.startsWith('BLK_'));
    expect(found).toMatchObject([{ code, severity, seq, data: { deleted: true } }]);
    expect(report.streams[0]).toMatchObject({ lost: { msgs: [], bytes: 0 }, lost_messages: 0n });
    const { result, missing, invented } = await repair(path, `${streams}/${name}`);
    expect([result.isLossy, missing, invented]).toEqual([false, [], []]);
  });
});

describe.each([true, false])('damage in the record of a deleted message, index.db: %s', (hasIndex) => {
  it('loses nothing: verify, pack and repair say the same', async () => {
    const path = damaged(hasIndex);
    const report = await verifyDamaged(path);
    expect(report.streams[0]).toMatchObject({ actual: { messages: 26n }, lost: { msgs: [], bytes: 0 } });
    const found = report.findings.filter(({ code }) => code.startsWith('BLK_'));
    // Without an index a server cuts the block there: nothing is lost yet, and will be.
    const [code, severity] = hasIndex
      ? ['BLK_DELETED_RECORD_DAMAGED', 'warning']
      : ['BLK_CHECKSUM_MISMATCH', 'critical'];
    expect(found).toMatchObject([{ code, severity, seq: 13n, data: { deleted: true } }]);

    const { result, missing, invented } = await repair(path, TAILDEL);
    expect([result.isLossy, missing, invented]).toEqual([false, [], []]);
    const target = join(tempFolder(), 'packed');
    const packed = runCli(['pack', path, '--out', target, '-j']);
    expect(packed.exit, packed.stderr).toBe(0);
    expect(JSON.parse(packed.stdout)).toMatchObject({ lost: { msgs: [], bytes: 0 } });
    expect(await messageList(target)).toEqual(await messageList(join(CAPTURES, TAILDEL)));
  });
});

it('a wrong length in the record of a deleted message leads servers astray, whatever the index says', async () => {
  const path = copyOf('2.14.5-full/store/jetstream/$G/streams/ORDERS');
  const block = join(path, 'msgs/1.blk');
  const { at = 0 } = recordsOf(readFileSync(block)).find(({ seq }) => seq === 7n) ?? {};
  flipBit(block, at + 1);
  const report = await verifyDamaged(path);
  expect(report).toMatchObject({ status: 'CRITICAL', streams: [{ lost_messages: 0n }] });
  const found = report.findings.filter(({ code }) => code.startsWith('BLK_'));
  expect(found).toMatchObject([
    { code: 'BLK_LENGTH_IMPLAUSIBLE', offset: at, seq: 7n, data: { deleted: true } },
  ]);
  const newest = report.streams[0]?.predictions.at(-1);
  expect(newest).toMatchObject({ server: '2.15', outcome: 'loss', messages: 3n });
  const { result, missing, invented } = await repair(path, '2.14.5-full/store/jetstream/$G/streams/ORDERS');
  expect([result.isLossy, missing, invented]).toEqual([false, [], []]);
});

it('damage of several deleted records that keep their lengths leads nobody astray', async () => {
  const path = copyOf('2.14.5-full/store/jetstream/$G/streams/WQ');
  const block = join(path, 'msgs/1.blk');
  for (const { at } of recordsOf(readFileSync(block)).slice(1, 4)) flipBit(block, at + 40);
  const report = await verifyDamaged(path);
  const found = report.findings.filter(({ code }) => code.startsWith('BLK_'));
  expect(found).toMatchObject([{ code: 'BLK_DELETED_RECORD_DAMAGED', severity: 'warning' }]);
});
