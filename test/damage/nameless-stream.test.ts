import { copyFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { CAPTURES, copyOf, tempFolder, verifyDamaged } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

it.each([['as a file'], ['in a folder']])(
  'a V2 snapshot without backup.json, %s, has the name that is asked for',
  async (where) => {
    const folder = tempFolder();
    const snapshot = join(folder, 'stream.tar.s2');
    copyFileSync(join(CAPTURES, '2.15.2-full/backups/$G/ORDERS/stream.tar.s2'), snapshot);
    const path = where === 'as a file' ? snapshot : folder;
    const target = join(tempFolder(), 'out');
    await expect(repairArchive(path, { target })).rejects.toThrow(
      'give --config FILE; natsarc repair takes --stream NAME instead',
    );
    const { loss } = await repairArchive(path, { target, streams: ['ORDERS'] });
    expect(loss.streams).toMatchObject([{ name: 'ORDERS', lost: 0n, recovered: 163n }]);
  },
);

it('a V1 snapshot that is cut in its first chunk, without backup.json: verify tells what repair saves', async () => {
  const path = copyOf('2.14.5-full/backups/$G/ORDERS');
  rmSync(join(path, 'backup.json'));
  truncateSync(join(path, 'stream.tar.s2'), 40_000);
  const target = join(tempFolder(), 'out');
  const { loss } = await repairArchive(path, { target });
  const [saved] = loss.streams;
  expect(saved).toMatchObject({ name: 'ORDERS' });
  expect(saved?.recovered).toBeGreaterThan(100n);
  const { streams } = await verifyDamaged(path);
  expect(streams).toMatchObject([
    { name: '', actual: null, repairable_messages: saved?.recovered, status: 'CRITICAL' },
  ]);
  expect(runCli(['verify', path]).stdout).toContain(`${saved?.recovered} of which repair saves`);
  const packed = runCli(['pack', path, '--out', join(tempFolder(), 'out')]);
  expect(packed.exit).toBe(2);
  expect(packed.stderr).toContain('natsarc repair reads past that');
});
