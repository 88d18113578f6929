import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  codesOf,
  copyOf,
  editFile,
  editIndex,
  expectDamage,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

it('an index whose totals contradict its blocks', async () => {
  const path = copyOf(`${STREAMS}/ORDERS`);
  editIndex(path, 'ORDERS', (bytes) => (bytes[2] = (bytes[2] ?? 0) ^ 1));
  await expectDamage(path, 'WARNING', ['IDX_CORRUPT']);
});

it('an index that knows other subjects than the blocks', async () => {
  const path = copyOf(`${STREAMS}/ORDERS`);
  editIndex(path, 'ORDERS', (bytes) => bytes.set(Buffer.from('orderz'), bytes.indexOf('orders')));
  await expectDamage(path, 'CRITICAL', ['IDX_SUBJECTS_DIFFER']);
});

it('a compressed last block', async () => {
  const path = copyOf(`${STREAMS}/COMPRESSED`);
  rmSync(join(path, 'msgs/6.blk'));
  rmSync(join(path, 'msgs/index.db'));
  const report = await verifyDamaged(path);
  expect(codesOf(report)).toContain('BLK_LAST_COMPRESSED');
});

it('a time file that names a message without a TTL', async () => {
  const path = copyOf(`${STREAMS}/TTL`);
  const bytes = readFileSync(join(path, 'msgs/thw.db'));
  // The last entry ends in its sequence: 14 is a message without a TTL.
  bytes[bytes.length - 1] = 14;
  writeFileSync(join(path, 'msgs/thw.db'), bytes);
  await expectDamage(path, 'WARNING', ['THW_DIFFERS']);
});

it('an .idx that lists messages which the block does not hold', async () => {
  const path = copyOf('2.9.25-full/store/jetstream/$G/streams/ORDERS');
  const block = readFileSync(join(path, 'msgs/1.blk'));
  // The first record goes; what ends the block, and so the .idx, stays.
  writeFileSync(join(path, 'msgs/1.blk'), block.subarray(block.readUInt32LE(0) & 0x7fffffff));
  const second = await verifyDamaged(path);
  expect(second.findings.every((finding) => finding.code !== 'BIX_CORRUPT')).toBe(true);
  const next = readFileSync(join(path, 'msgs/1.blk'));
  writeFileSync(join(path, 'msgs/1.blk'), next.subarray(next.readUInt32LE(0) & 0x7fffffff));
  await expectDamage(path, 'CRITICAL', ['BIX_DIFFERS']);
});

it('a consumer whose meta.inf is no JSON, sources.db cut, a link in the way', async () => {
  const consumer = copyOf(`${STREAMS}/ORDERS`);
  truncateSync(join(consumer, 'obs/LOG/meta.inf'), 12);
  await expectDamage(consumer, 'CRITICAL', ['CON_META_CORRUPT', 'CON_SUM_MISMATCH']);
  const sourced = copyOf('2.15.2-full/store/jetstream/$G/streams/SOURCED');
  truncateSync(join(sourced, 'sources.db'), 20);
  await expectDamage(sourced, 'WARNING', ['SOURCES_CORRUPT']);
  const linked = copyOf(`${STREAMS}/ORDERS`);
  symlinkSync('/etc/passwd', join(linked, 'msgs/2.blk'));
  await expectDamage(linked, 'WARNING', ['DIR_LINK']);
});

it('a store without streams', async () => {
  const store = tempFolder();
  mkdirSync(join(store, 'jetstream'));
  await expectDamage(store, 'WARNING', ['DIR_NO_STREAMS']);
});

it('a backup.json that declares other bytes', async () => {
  const path = copyOf('2.14.5-full/backups/$G/ORDERS');
  editFile(join(path, 'backup.json'), (bytes) =>
    Buffer.from(bytes.toString().replace(/"bytes": \d+/, '"bytes": 1')),
  );
  await expectDamage(path, 'WARNING', ['DECL_BYTES_DIFFER']);
});

it('a configuration backup that is none', async () => {
  const path = copyOf('2.2.0-legacy/backups/backup-config');
  writeFileSync(join(path, 'stream_ORDERS.json'), '{}');
  await expectDamage(path, 'CRITICAL', ['CFGB_CORRUPT']);
});
