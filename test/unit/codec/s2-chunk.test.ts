import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chunksHold, putChunk } from '../../../src/codec/s2/chunk.ts';
import { rewriteWindow, surroundRewritten } from '../../../src/kernels/index.ts';
import { decodeS2 } from '../../../src/kernels/reference/s2-block.ts';
import { randomBytes } from '../../support/random.ts';

/** Letters where a pattern repeats, noise elsewhere: some chunks are compressed, others are not. */
const pieces = fc.array(
  fc.record({
    lengthBytes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 30_000 })),
    isNoise: fc.boolean(),
    seed: fc.integer(),
  }),
  { minLength: 1, maxLength: 7 },
);

function rawOf({ lengthBytes, isNoise, seed }: { lengthBytes: number; isNoise: boolean; seed: number }) {
  return isNoise ? randomBytes(lengthBytes, seed) : Buffer.alloc(lengthBytes, `sequence ${seed} `);
}

/** Chunks in shared memory, and where each begins. */
function chunksOf(raws: readonly Uint8Array[]): { chunks: Uint8Array; starts: readonly number[] } {
  const room = raws.reduce((sum, raw) => sum + raw.length + 16, 0);
  const target = new Uint8Array(new SharedArrayBuffer(room));
  const starts = [0];
  for (const raw of raws) starts.push((starts.at(-1) ?? 0) + putChunk(raw, target, starts.at(-1) ?? 0));
  return { chunks: target.subarray(0, starts.at(-1)), starts };
}

it('chunks hold what they were made of, and nothing else', () => {
  fc.assert(
    fc.property(pieces, fc.nat(), (plans, anywhere) => {
      const raws = plans.map(rawOf);
      const raw = Buffer.concat(raws);
      const { chunks, starts } = chunksOf(raws);
      expect(chunksHold(chunks, raw)).toBe(true);
      const at = anywhere % raw.length;
      const other = Buffer.from(raw);
      other[at] = (other[at] ?? 0) ^ 1;
      expect(chunksHold(chunks, other)).toBe(false);
      expect(chunksHold(chunks, raw.subarray(0, -1))).toBe(false);
      expect(chunksHold(chunks, Buffer.concat([raw, Uint8Array.of(0)]))).toBe(false);
      expect(chunksHold(chunks.subarray(0, starts.at(-2)), raw)).toBe(false);
    }),
    { numRuns: 60 },
  );
});

it('a damaged chunk holds what it was made of only where it decodes to that still', () => {
  fc.assert(
    fc.property(pieces, fc.nat(), fc.integer({ min: 0, max: 7 }), (plans, anywhere, bit) => {
      const raws = plans.map(rawOf);
      const { chunks, starts } = chunksOf(raws);
      const which = anywhere % raws.length;
      const [start = 0, end = 0] = starts.slice(which, which + 2);
      // Behind the header and the checksum.
      const at = start + 8 + (anywhere % (end - start - 8));
      chunks[at] = (chunks[at] ?? 0) ^ (1 << bit);
      const raw = raws[which] ?? new Uint8Array(0);
      const body = Uint8Array.from(chunks.subarray(start + 8, end));
      const decoded = chunks[start] === 1 ? body : decodeS2(body, raw.length);
      const isStill = decoded !== null && Buffer.compare(decoded, raw) === 0;
      expect(chunksHold(chunks, Buffer.concat(raws))).toBe(isStill);
    }),
    { numRuns: 60 },
  );
});

it('a block in kernel memory becomes the same chunks as a copy of it, with what surrounds it', () => {
  const block = Buffer.concat([randomBytes(70_001, 3), Buffer.alloc(90_000, 'orders.paid ')]);
  const [before, behind] = [randomBytes(512, 4), new Uint8Array(31)];
  rewriteWindow(block.length).set(block);
  const whole = surroundRewritten(before, block.length, behind);
  const copy = Buffer.concat([before, block, behind]);
  expect(whole.equals(copy)).toBe(true);
  expect(chunksOf([whole, whole.subarray(5)]).chunks).toEqual(chunksOf([copy, copy.subarray(5)]).chunks);
  expect(whole.equals(copy)).toBe(true);
  expect(rewriteWindow(block.length).equals(block)).toBe(true);
  expect(() => surroundRewritten(new Uint8Array(4097), 10, behind)).toThrow(RangeError);
});
