import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';

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
