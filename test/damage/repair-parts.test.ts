import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { walkTar } from '../../src/container/tar/walk.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { CAPTURES, copyOf, editFile, flipBit, recordsOf, tempFolder } from '../support/damage.ts';
import { unframed } from '../support/frames.ts';
import { messageList } from '../support/message-list.ts';

const STALE = '2.14.5-crash/store/jetstream/$G/streams/STALE';

/** The blocks of what repair makes of a store, by path. */
async function repairedBlocks(store: string): Promise<{ target: string; blocks: Map<string, Buffer> }> {
  const target = join(tempFolder(), 'out');
  await repairArchive(store, { target });
  const tar = Buffer.from(unframed(readFileSync(join(target, 'stream.tar.s2'))));
  const entries = walkTar(new MemorySource(tar)).entries.filter(({ path }) => path.endsWith('.blk'));
  const blocks = entries.map(
    ({ path, offsetBytes, sizeBytes }) => [path, tar.subarray(offsetBytes, offsetBytes + sizeBytes)] as const,
  );
  return { target, blocks: new Map(blocks) };
}

/** The first record of a block, and one behind it that is no shorter. */
function hitIn(bytes: Buffer): Record<'first' | 'hit', ReturnType<typeof recordsOf>[number]> {
  const [first, ...others] = recordsOf(bytes);
  const hit = others.find(({ length }) => length >= (first?.length ?? 0));
  if (first === undefined || hit === undefined) throw new Error('no such records');
  return { first, hit };
}

describe('intact blocks are taken over whole, whatever another one holds', () => {
  const sound = readdirSync(join(CAPTURES, STALE, 'msgs')).filter((name) => name.endsWith('.blk'));

  it.each([
    ['a flipped bit', (block: string) => flipBit(block, hitIn(readFileSync(block)).hit.at + 40)],
    [
      'a record that comes twice',
      (block: string) =>
        editFile(block, (bytes) => {
          const { first, hit } = hitIn(bytes);
          bytes.copy(bytes, hit.at, first.at, first.at + first.length);
          return bytes;
        }),
    ],
  ])('%s', async (_, damage) => {
    const whole = await repairedBlocks(copyOf(STALE));
    expect([...whole.blocks.keys()]).toEqual(sound.map((_, i) => `msgs/${i + 1}.blk`));
    const store = copyOf(STALE);
    damage(join(store, 'msgs/2.blk'));
    const { hit } = hitIn(readFileSync(join(CAPTURES, STALE, 'msgs/2.blk')));
    const repaired = await repairedBlocks(store);
    for (const [path, bytes] of whole.blocks)
      if (path !== 'msgs/2.blk') expect(repaired.blocks.get(path)?.equals(bytes)).toBe(true);
    expect(repaired.blocks.get('msgs/2.blk')?.length).toBe(
      (whole.blocks.get('msgs/2.blk')?.length ?? 0) - hit.length,
    );
    const [was, is] = [await messageList(whole.target), await messageList(repaired.target)];
    was.delete(hit.seq);
    expect(is).toEqual(was);
  });
});
