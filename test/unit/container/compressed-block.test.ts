import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { beginsAsS2, S2_IDENTIFIER } from '../../../src/codec/s2/framing.ts';
import { openCompressedBlock } from '../../../src/container/compressed-block.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { CAPTURES } from '../../support/damage.ts';

const BLOCK = readFileSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/COMPRESSED/msgs/1.blk'));
const TRAILER_BYTES = 8;
const TRAILER = BLOCK.subarray(-TRAILER_BYTES);

/** Where the first chunk with data begins. */
function chunksAt(): number {
  let at = 5;
  while (!beginsAsS2(BLOCK.subarray(at))) at++;
  return at + S2_IDENTIFIER.length;
}

/** What a salvage takes for the last bytes of the block. */
function trailerOf(bytes: Buffer): Buffer {
  const block = openCompressedBlock(new MemorySource(bytes), true);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  expect(block?.read(trailer, block.sizeBytes - TRAILER_BYTES)).toBe(TRAILER_BYTES);
  return trailer;
}

it('a trailer that zeros follow is found, however few they are', () => {
  for (const zeros of [0, 1, 7, 8, 9, 4096])
    expect(trailerOf(Buffer.concat([BLOCK, Buffer.alloc(zeros)])), `${zeros} zeros`).toEqual(TRAILER);
});

it('chunks that were zeroed before a trailer are no zeros behind one', () => {
  const zeroed = Buffer.from(BLOCK);
  zeroed.fill(0, chunksAt(), zeroed.length - TRAILER_BYTES);
  expect(trailerOf(zeroed)).toEqual(TRAILER);
});
