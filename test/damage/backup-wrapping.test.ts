import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVER_RULES } from '../../src/operation/predict/rules/server-rules.ts';
import { codesOf, copyOf, editFile, tempFolder, verifyDamaged } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { runCli } from '../support/run-cli.ts';

const V1 = '2.14.5-full/backups/$G/ORDERS';
const V2 = '2.15.2-full/backups/$G/ORDERS';
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The tar of a capture's V1 snapshot. */
function tarOf(capture: string): Buffer {
  const out = join(tempFolder(), 'out.tgz');
  const run = runCli(['convert', copyOf(capture), '--to', 'tgz', '--out', out]);
  expect(run.exit, run.stderr).toBe(0);
  return gunzipSync(readFileSync(out));
}

/** All refuse it, nothing is lost, and `pack` makes of it what is taken. */
async function expectRefused(path: string, capture: string, code: string, why: string): Promise<void> {
  const report = await verifyDamaged(path);
  expect({ codes: codesOf(report), status: report.status }).toEqual({ codes: [code], status: 'CRITICAL' });
  const [stream] = report.streams;
  expect(stream).toMatchObject({ name: 'ORDERS', lost_messages: 0n });
  expect(stream?.predictions.map(({ server }) => server)).toEqual(
    capture === V2 ? ['2.15'] : SERVER_RULES.map(({ server }) => server),
  );
  for (const { outcome, reason } of stream?.predictions ?? []) {
    expect(outcome).toBe('refused');
    expect(reason).toContain(why);
  }
  const out = join(tempFolder(), 'out');
  expect(runCli(['pack', path, '--out', out])).toMatchObject({ exit: 0 });
  expect(await messageList(out)).toEqual(await messageList(copyOf(capture)));
  const packed = await verifyDamaged(out);
  expect(codesOf(packed)).toEqual([]);
}

describe('a backup that no restore takes, though nothing of it is lost', () => {
  for (const [form, capture] of [
    ['V1', V1],
    ['V2', V2],
  ] as const)
    it(`a byte order mark before backup.json (${form})`, async () => {
      const path = copyOf(capture);
      editFile(join(path, 'backup.json'), (bytes) => Buffer.concat([MARK, bytes]));
      await expectRefused(path, capture, 'MAN_BYTE_ORDER_MARK', 'byte order mark');
    });

  it('stream.tar.s2 that was unpacked', async () => {
    const path = copyOf(V1);
    writeFileSync(join(path, 'stream.tar.s2'), tarOf(V1));
    await expectRefused(path, V1, 'SNAP_NOT_S2', 'servers take S2');
  });

  it('stream.tar.s2 that was packed with gzip', async () => {
    const path = copyOf(V1);
    writeFileSync(join(path, 'stream.tar.s2'), gzipSync(tarOf(V1)));
    await expectRefused(path, V1, 'SNAP_NOT_S2', 'in gzip');
  });

  it('a .tgz that is no backup folder is what it was', async () => {
    const path = join(tempFolder(), 'ORDERS.tgz');
    writeFileSync(path, gzipSync(tarOf(V1)));
    const report = await verifyDamaged(path);
    expect(report).toMatchObject({ status: 'OK', streams: [{ predictions: [] }] });
  });
});
