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

it('what stands behind the last chunk is read there, with whatever was appended to it', () => {
  const whole = openCompressedBlock(new MemorySource(BLOCK), true);
  const chunksEnd = (whole?.sizeBytes ?? 0) - TRAILER_BYTES;
  const longer = openCompressedBlock(new MemorySource(Buffer.concat([BLOCK, Buffer.alloc(100, 0x5a)])), true);
  expect(longer?.sizeBytes).toBeGreaterThan(chunksEnd + 2 * TRAILER_BYTES);
  const around = Buffer.alloc(3 * TRAILER_BYTES);
  longer?.read(around, chunksEnd - TRAILER_BYTES);
  expect(around.subarray(TRAILER_BYTES, 2 * TRAILER_BYTES)).toEqual(TRAILER);
  expect(around.subarray(2 * TRAILER_BYTES)).toEqual(Buffer.alloc(TRAILER_BYTES));
  for (const into of [0, 3, 7]) {
    const part = Buffer.alloc(2);
    longer?.read(part, chunksEnd + into);
    expect(part[0]).toBe(TRAILER[into]);
    const lent = longer?.lend?.(chunksEnd + into, 2) ?? new Uint8Array(0);
    expect(Buffer.from(lent)).toEqual(TRAILER.subarray(into, Math.min(into + 2, TRAILER_BYTES)));
  }
});
