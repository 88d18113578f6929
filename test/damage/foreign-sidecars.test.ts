import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CAPTURES, copyOf, editFile, recordsOf } from '../support/damage.ts';
import { repair } from '../support/repaired.ts';

const STREAMS = '2.9.25-full/store/jetstream/$G/streams';
const NAMES = ['ORDERS', 'PERSUB', 'TAILDEL', 'WQ'];

describe('an .idx of another stream beside a block of 2.9 proves nothing', () => {
  it.each(
    NAMES.flatMap((name) => NAMES.filter((other) => other !== name).map((other) => [name, other] as const)),
  )('%s with that of %s', async (name, other) => {
    const path = copyOf(`${STREAMS}/${name}`);
    copyFileSync(join(CAPTURES, STREAMS, other, 'msgs/1.idx'), join(path, 'msgs/1.idx'));
    const { missing, stream, result } = await repair(path, `${STREAMS}/${name}`);
    expect({ missing, lost: stream.lost }).toEqual({ missing: [], lost: 0n });
    expect(result.loss.notes).toContainEqual(
      expect.objectContaining({
        code: 'BIX_CORRUPT',
        text: 'msgs/1.idx is of another block and proves nothing',
      }),
    );
  });
});

describe('an .idx of the block as it was before is believed', () => {
  it.each(NAMES)('%s, cut behind its first messages', async (name) => {
    const path = copyOf(`${STREAMS}/${name}`);
    editFile(join(path, 'msgs/1.blk'), (bytes) => bytes.subarray(0, (recordsOf(bytes)[12]?.at ?? 0) + 5));
    const { invented } = await repair(path, `${STREAMS}/${name}`);
    expect(invented).toEqual([]);
  });
});

it('deletes of an .idx beside a block that is gone are those of its own messages', async () => {
  const path = copyOf(`${STREAMS}/ORDERS`);
  const bytes = readFileSync(join(path, 'msgs/1.blk'));
  rmSync(join(path, 'msgs/1.blk'));
  const { stream } = await repair(path, `${STREAMS}/ORDERS`);
  expect(stream.lost + stream.deleted).toBe(stream.last_seq - stream.first_seq + 1n);
  expect(stream.lost).toBeLessThanOrEqual(BigInt(recordsOf(bytes).length));
});
