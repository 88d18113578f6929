import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, editFile, flipBit, recordsOf } from '../support/damage.ts';
import { repair } from '../support/repaired.ts';

const OLD = '2.9.25-full/store/jetstream/$G/streams';
const WHOLE = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const NEW = '2.14.5-crash/store/jetstream/$G/streams';

/** A store of a capture, to be damaged, its first block, and a copy beside that. */
function storeWithCopy(stream: string, ending: string): { path: string; block: string; copy: string } {
  const path = copyOf(stream);
  const block = join(path, 'msgs/1.blk');
  copyFileSync(block, `${block}${ending}`);
  return { path, block, copy: `${block}${ending}` };
}

describe('a copy beside a block that is not there', () => {
  it.each([
    ['ORDERS', '~', (block: string): void => rmSync(block)],
    ['PERSUB', '.tmp', (block: string): void => truncateSync(block, 0)],
    ['WQ', '.bak', (block: string): void => writeFileSync(block, Buffer.alloc(2000, 'x'))],
  ])(
    '2.9, %s, 1.blk%s: it gives all messages, and what the .idx calls deleted stays deleted',
    async (name, ending, damage) => {
      const { path, block } = storeWithCopy(`${OLD}/${name}`, ending);
      damage(block);
      const { missing, invented, stream, result } = await repair(path, `${OLD}/${name}`);
      expect({ missing, invented, lost: stream.lost }).toEqual({ missing: [], invented: [], lost: 0n });
      const copies = result.loss.notes.filter(({ code }) => code === 'BLK_COPY');
      expect(copies.map(({ text, loss }) => [text, loss])).toEqual([
        [
          `${stream.recovered} messages that no block holds were taken from msgs/1.blk${ending}, a copy of block 1`,
          false,
        ],
      ]);
    },
  );

  it('what index.db calls deleted stays deleted', async () => {
    const { path, block } = storeWithCopy(`${NEW}/STALE`, '.tmp');
    rmSync(block);
    expect(await repair(path, `${NEW}/STALE`)).toMatchObject({ missing: [], invented: [] });
  });

  it('a copy of which only a part is left gives that', async () => {
    const { path, block, copy } = storeWithCopy(WHOLE, '~');
    truncateSync(copy, (recordsOf(readFileSync(copy))[5]?.at ?? 0) + 9);
    rmSync(block);
    const { missing, invented, stream } = await repair(path, WHOLE);
    expect(invented).toEqual([]);
    expect(stream.recovered).toBeGreaterThan(0n);
    expect(stream.lost).toBe(BigInt(missing.length));
    expect(new Set([...stream.ranges].map(({ code }) => code))).toEqual(new Set(['BLK_MISSING']));
  });
});

describe('a copy beside a block that is there', () => {
  it('mends what is damaged in it, where it is whole there', async () => {
    const { path, block, copy } = storeWithCopy(`${NEW}/STALE`, '.bak');
    const [, second, third] = recordsOf(readFileSync(block));
    flipBit(block, (second?.at ?? 0) + 25);
    flipBit(copy, (third?.at ?? 0) + 25);
    const { missing, invented, result } = await repair(path, `${NEW}/STALE`);
    expect({ missing, invented, isLossy: result.isLossy }).toEqual({
      missing: [],
      invented: [],
      isLossy: false,
    });
    expect(result.loss.notes).toMatchObject([
      {
        code: 'BLK_COPY',
        text: '1 message that no block holds was taken from msgs/1.blk.bak, a copy of block 1',
      },
    ]);
  });

  it('gives what is behind the end of one that was cut between two records', async () => {
    const { path, block } = storeWithCopy(`${NEW}/STALE`, '~');
    editFile(block, (bytes) => bytes.subarray(0, recordsOf(bytes)[3]?.at));
    expect(await repair(path, `${NEW}/STALE`)).toMatchObject({ missing: [], invented: [] });
  });

  it('tells nothing where the block is whole', async () => {
    const path = copyOf(`${OLD}/ORDERS`);
    const older = join(copyOf(`${OLD}/ORDERS`), 'msgs/1.blk');
    editFile(join(path, 'msgs/1.blk'), (bytes) => bytes.subarray(recordsOf(bytes)[10]?.at));
    renameSync(older, join(path, 'msgs/1.blk~'));
    const without = copyOf(path);
    rmSync(join(without, 'msgs/1.blk~'));
    const [a, b] = [await repair(path, `${OLD}/ORDERS`), await repair(without, `${OLD}/ORDERS`)];
    expect([a.missing, a.stream.recovered]).toEqual([b.missing, b.stream.recovered]);
    expect(a.result.loss.notes).toEqual(b.result.loss.notes);
  });
});
