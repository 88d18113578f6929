import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexChunks } from '../../../src/codec/s2/index-chunks.ts';
import { S2Source, type WholeChunk } from '../../../src/container/s2-source.ts';
import { packedRoom, packEntry } from '../../../src/container/tar/packed-entry.ts';
import { tarFileHeader, tarPadding } from '../../../src/container/tar/write.ts';
import { encodeS2Block, rewriteWindow } from '../../../src/kernels/index.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { IDENTIFIER, unframed } from '../../support/frames.ts';
import { randomBytes } from '../kernels/build-block.ts';

const KIB = 1024;
const PATH = 'msgs/1.blk';

/** Digits and noise in turn: some chunks get smaller, some do not. */
function blockOf(lengthBytes: number, seed: number): Uint8Array {
  const noise = randomBytes(lengthBytes, seed);
  return noise.map((byte, i) => ((i >> 18) % 3 === 2 ? byte : 0x30 + (byte % 4)));
}

function entryOf(block: Uint8Array): Buffer {
  return Buffer.concat([tarFileHeader(PATH, block.length), block, tarPadding(block.length)]);
}

/** Packs a block that lies where the kernels rewrite it. */
function pack(block: Uint8Array, encoded: Iterable<WholeChunk>): { chunks: Buffer; isProven: boolean } {
  rewriteWindow(block.length).set(block);
  const target = new Uint8Array(new SharedArrayBuffer(packedRoom(block.length)));
  const packed = packEntry(PATH, block.length, target, encoded);
  if (packed === null) throw new Error('a block of its own');
  return { chunks: Buffer.from(target.subarray(0, packed.packedBytes)), isProven: packed.isProven };
}

function sourceOf(stream: Uint8Array): S2Source {
  const of = new MemorySource(stream);
  return new S2Source(of, indexChunks((target, at) => of.read(target, at), of.sizeBytes).index);
}

test('what of a block was encoded before is taken as it is, wherever it began', () => {
  const lengths = fc.integer({ min: 64 * KIB, max: 3000 * KIB });
  fc.assert(
    fc.property(lengths, fc.nat(1000), fc.nat(900 * KIB), (lengthBytes, seed, before) => {
      const block = blockOf(lengthBytes, seed);
      const earlier = pack(Buffer.concat([blockOf(before + 64 * KIB, seed + 1), block]), []);
      const stream = Buffer.concat([IDENTIFIER, earlier.chunks]);
      const at = tarFileHeader(PATH, 0).length + before + 64 * KIB;
      const encoded = [...sourceOf(stream).wholeChunks(at, lengthBytes)];
      const taken = encoded.filter((chunk) => chunk.lengthBytes >= 256 * KIB);
      const bodies = taken.map(({ block: body }) => Buffer.from(body()));
      const { chunks, isProven } = pack(block, encoded);
      expect(isProven).toBe(true);
      expect(unframed(Buffer.concat([IDENTIFIER, chunks])).equals(entryOf(block))).toBe(true);
      for (const body of bodies) expect(chunks.includes(body)).toBe(true);
      expect(chunks.length).toBeLessThanOrEqual(packedRoom(lengthBytes));
    }),
    { numRuns: 25 },
  );
});

test('what was encoded of other bytes is not proven', () => {
  const block = blockOf(1500 * KIB, 5);
  const other = Buffer.from(block.subarray(0, 512 * KIB));
  other[400_000] = (other[400_000] ?? 0) ^ 1;
  const chunkOf = (bytes: Uint8Array): WholeChunk => ({
    fromBytes: 700 * KIB,
    lengthBytes: 512 * KIB,
    block: () => encodeS2Block(bytes),
  });
  expect(pack(block, [chunkOf(block.subarray(700 * KIB, 1212 * KIB))]).isProven).toBe(true);
  expect(pack(block, [chunkOf(other)]).isProven).toBe(false);
});
