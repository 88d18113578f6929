import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openBlock } from '../../src/workers/open-block.ts';
import { copyOf, flipBit, recordsOf, verifyDamaged } from '../support/damage.ts';

vi.mock(import('../../src/workers/open-block.ts'), async (original) => {
  const whole = await original();
  return { ...whole, openBlock: vi.fn(whole.openBlock) };
});

const WQ = '2.14.5-full/store/jetstream/$G/streams/WQ';

/** How often blocks are opened where the records of so many deleted messages are damaged, and how many of these are told. */
async function openingsWith(deleted: readonly bigint[]): Promise<{ openings: number; told: number }> {
  const path = copyOf(WQ);
  const block = join(path, 'msgs/1.blk');
  for (const { seq, at, length } of recordsOf(readFileSync(block)))
    if (deleted.includes(seq)) flipBit(block, at + length - 1);
  vi.mocked(openBlock).mockClear();
  const { findings } = await verifyDamaged(path);
  const told = findings.filter(({ code }) => code === 'BLK_DELETED_RECORD_DAMAGED').length;
  return { openings: vi.mocked(openBlock).mock.calls.length, told };
}

it('a block is opened once more for all its damaged deleted records', async () => {
  const one = await openingsWith([18n]);
  const four = await openingsWith([18n, 24n, 28n, 38n]);
  expect([one.told, four.told]).toEqual([1, 4]);
  expect(one.openings).toBeGreaterThan(0);
  expect(four.openings).toBe(one.openings);
});
