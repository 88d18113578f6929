import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { copyOf, flipBit, tempFolder } from '../support/damage.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

// In front of their first records lie thousands of sequences, or more than can be counted, that never held a message.
it.each([
  ['HUGESEQ', 'msgs/2.blk', 30, 1n],
  // A tombstone, shorter than any message.
  ['HUGESEQ', 'msgs/2.blk', 4, 0n],
])(
  '%s: of a damaged first record of %s (byte %i) %i is lost, without an index',
  async (name, block, at, lost) => {
    const stream = copyOf(`${STREAMS}/${name}`);
    rmSync(join(stream, 'msgs/index.db'));
    flipBit(join(stream, block), at);
    const verified = await verifyArchive(stream);
    const [[from, to] = [0n, 0n]] = verified.streams[0]?.lost.msgs ?? [];
    expect(to - from).toBe(0n);
    const { loss } = await repairArchive(stream, { target: join(tempFolder(), 'out') });
    expect(loss.streams[0]?.lost).toBe(lost);
  },
);

it('a stream that starts empty at its first_seq has stored and removed nothing', async () => {
  const stream = copyOf(`${STREAMS}/HUGESEQ`);
  rmSync(join(stream, 'msgs/index.db'));
  flipBit(join(stream, 'msgs/2.blk'), 0, 4);
  const { streams } = await preflightStore(stream, { serverVersion: '2.14' });
  const counts = streams.flatMap(({ steps }) => steps.map((step) => step.messages ?? 0n));
  expect(counts.filter((messages) => messages > 5n)).toEqual([]);
  expect(streams).toMatchObject([{ messages: 0n }]);
});
