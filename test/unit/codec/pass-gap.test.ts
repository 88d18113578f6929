import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexChunks, type ChunkIndex } from '../../../src/codec/s2/index-chunks.ts';
import { gapPasser } from '../../../src/codec/s2/pass-gap.ts';
import { chunkOffsets, framed } from '../../support/frames.ts';

const TEXT = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `${(i * i) % 99_991};`).join(''));
const CHUNK_BYTES = 4096;
const STREAM = framed(TEXT, CHUNK_BYTES);
const OFFSETS = chunkOffsets(STREAM);

/** The index of a salvage, and how many bytes were read for it. */
function salvaged(
  stream: Uint8Array,
  isSound?: (encodedAt: number) => boolean,
): { readonly index: ChunkIndex; readonly readBytes: number } {
  let readBytes = 0;
  const read = (target: Uint8Array, at: number): number => {
    const part = stream.subarray(at, at + target.length);
    target.set(part);
    readBytes += part.length;
    return part.length;
  };
  const { index } = indexChunks(read, stream.length, gapPasser(read, stream.length, isSound));
  return { index, readBytes };
}

test('a salvage finds the same whatever chunks are known to be sound', () => {
  const edits = fc.array(fc.tuple(fc.nat(STREAM.length - 1), fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(edits, fc.nat(3), (hits, every) => {
      const stream = Buffer.from(STREAM);
      for (const [at, bits] of hits) stream[at] = (stream[at] ?? 0) ^ bits;
      const isHit = (from: number, to: number): boolean => hits.some(([at]) => at >= from && at < to);
      const sound = new Set(
        OFFSETS.filter((from, i) => i % 4 >= every && !isHit(from, OFFSETS[i + 1] ?? STREAM.length)),
      );
      const all = salvaged(stream);
      const known = salvaged(stream, (at) => sound.has(at));
      expect(known.index).toEqual(all.index);
    }),
    { numRuns: 100 },
  );
});

test('chunks that are known to be sound are not read', () => {
  const bodies = STREAM.length - 64 * OFFSETS.length;
  const known = salvaged(STREAM, () => true).readBytes;
  expect(salvaged(STREAM).readBytes - known).toBeGreaterThan(bodies);
});
