import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { editFile, tempFolder } from '../support/damage.ts';
import { writeBlocks, type SyntheticMessage } from '../support/synthetic-stream.ts';

const BLOCKS = 16_000;
/** A search through all blocks for each takes minutes. */
const LIMIT_MS = 40_000;

function message(seq: number): SyntheticMessage {
  return { seq: BigInt(seq), timeNs: BigInt(seq), subject: 'a', header: '', data: 'some' };
}

/** A stream without an index, each of its blocks cut or overwritten. */
function damagedStream(damage: (block: Buffer) => Uint8Array): string {
  const numbers = Array.from({ length: BLOCKS }, (_, i) => i + 1);
  const path = writeBlocks(
    tempFolder(),
    'MANY',
    numbers.map((number) => ({ number, messages: [message(2 * number - 1), message(2 * number)] })),
  );
  for (const number of numbers) editFile(join(path, `msgs/${number}.blk`), damage);
  return path;
}

it.each([
  ['with a bad tail', (block: Buffer) => block.subarray(0, -5), BigInt(BLOCKS)],
  ['that nothing can be read of', (block: Buffer) => block.fill(0xab), 0n],
])(
  `${BLOCKS} blocks %s are verified in time that grows with their number`,
  async (_, damage, messages) => {
    const path = damagedStream(damage);
    const begunMs = performance.now();
    const { streams } = await verifyArchive(path, {});
    const tookMs = performance.now() - begunMs;
    console.log(`${BLOCKS} blocks: ${tookMs.toFixed(0)} ms`);
    expect(streams[0]?.actual?.messages).toBe(messages);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  },
  4 * LIMIT_MS,
);
