import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keyedSumHex } from '../../src/codec/highwayhash.ts';
import { walkTar } from '../../src/container/tar/walk.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { SnapshotWriter } from '../../src/writer/snapshot-writer.ts';
import { copyOf, editFile } from '../support/damage.ts';
import { unframed } from '../support/frames.ts';
import { repair } from '../support/repaired.ts';

const BACKUP = '2.14.5-full/backups/$G/TAILDEL';

/** A backup with other settings in its meta.inf, and the sum that fits. */
function backupWithMeta(before: string, after: string): string {
  const path = copyOf(BACKUP);
  const tar = unframed(readFileSync(join(path, 'stream.tar.s2')));
  const chunks: Buffer[] = [];
  const writer = new SnapshotWriter((bytes) => chunks.push(Buffer.from(bytes)));
  let sum = '';
  for (const { path: name, offsetBytes, sizeBytes } of walkTar(new MemorySource(tar)).entries) {
    const bytes = Buffer.from(tar.subarray(offsetBytes, offsetBytes + sizeBytes));
    const meta = Buffer.from(bytes.toString('utf8').replace(before, after));
    if (name === 'meta.inf') sum = keyedSumHex('TAILDEL', meta);
    writer.addFile(name, name === 'meta.inf' ? meta : name === 'meta.sum' ? Buffer.from(sum) : bytes);
  }
  writer.end();
  writeFileSync(join(path, 'stream.tar.s2'), Buffer.concat(chunks));
  return path;
}

it.each([
  ['max_msgs', '"max_msgs":10', -1],
  ['max_bytes', '"max_bytes":500', -1],
])(
  '%s of a meta.inf that is lower than that of backup.json takes no message',
  async (field, lower, declared) => {
    const path = backupWithMeta(`"${field}":-1`, lower);
    const { missing, config, result } = await repair(path, BACKUP);
    expect(missing).toEqual([]);
    expect(config).toMatchObject({ [field]: declared });
    expect(result.loss.notes).toMatchObject([{ code: 'LIMITS_DECLARED', loss: false }]);
  },
);

it('one that is higher stays', async () => {
  const path = backupWithMeta('"max_msgs":-1', '"max_msgs":5000');
  editFile(join(path, 'backup.json'), (bytes) =>
    Buffer.from(bytes.toString('utf8').replace(/"max_msgs": -1/, '"max_msgs": 10')),
  );
  const { missing, config } = await repair(path, BACKUP);
  expect(missing).toEqual([]);
  expect(config).toMatchObject({ max_msgs: 5000 });
});
