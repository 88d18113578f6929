import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStream } from '../../../src/operation/open/load-stream.ts';
import { withArchive } from '../../../src/operation/open/open-archive.ts';
import { presumeIntact } from '../../../src/operation/repair/intact-stream.ts';
import type { RepairOptions } from '../../../src/operation/repair/types.ts';
import { copyOf, flipBit } from '../../support/damage.ts';
import { backupDeclaring } from '../../support/damaged-copies.ts';

const STORE = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const BACKUP = '2.14.5-full/backups/$G/ORDERS';

/** Whether a stream is written in the reading in which it is checked. */
async function isPresumed(path: string, options: Partial<RepairOptions> = {}): Promise<boolean> {
  return withArchive(path, {}, async (work) => {
    const [parts] = work.selected;
    if (parts === undefined) throw new Error('no stream');
    return (await presumeIntact(loadStream(parts), work, { target: 'out', ...options })) !== null;
  });
}

describe('a stream is taken for intact', () => {
  it('where its index is current and nothing speaks against it, in a store and in a snapshot', async () => {
    expect(await isPresumed(copyOf(STORE))).toBe(true);
    expect(await isPresumed(copyOf(BACKUP))).toBe(true);
  });

  it('though a block may be damaged: that is found where it is read', async () => {
    const store = copyOf(STORE);
    flipBit(join(store, 'msgs/1.blk'), 5000);
    expect(await isPresumed(store)).toBe(true);
  });

  it('not where its index is gone or old, or a small file is damaged', async () => {
    for (const file of ['msgs/index.db', 'meta.inf']) {
      const store = copyOf(STORE);
      flipBit(join(store, file), 20);
      expect(await isPresumed(store), file).toBe(false);
      rmSync(join(store, file));
      expect(await isPresumed(store), file).toBe(false);
    }
    const lame = copyOf(STORE);
    writeFileSync(join(lame, 'obs/NEW/o.dat'), 'no position');
    expect(await isPresumed(lame)).toBe(false);
    const old = copyOf(STORE);
    writeFileSync(join(old, 'msgs/2.blk'), '');
    expect(await isPresumed(old)).toBe(false);
  });

  it('not where an .idx or a backup.json tells more than the index', async () => {
    const store = copyOf(STORE);
    writeFileSync(join(store, 'msgs/1.idx'), '');
    expect(await isPresumed(store)).toBe(false);
    expect(await isPresumed(backupDeclaring(BACKUP, { state: { messages: 170 } }))).toBe(false);
    expect(await isPresumed(backupDeclaring(BACKUP, { state: { last_seq: 200 } }))).toBe(false);
    expect(await isPresumed(backupDeclaring(BACKUP, { state: { lost: { msgs: [3], bytes: 0 } } }))).toBe(
      false,
    );
  });

  it('not where more is asked for than a copy', async () => {
    const store = copyOf(STORE);
    expect(await isPresumed(store, { undelete: true })).toBe(false);
    expect(await isPresumed(store, { config: { name: 'ORDERS' } })).toBe(false);
    expect(await isPresumed(store, { dryRun: true })).toBe(false);
  });
});
