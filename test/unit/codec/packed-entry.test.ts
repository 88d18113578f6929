import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { S2Source, EncodedChunk } from '../../../src/container/s2-source.ts';
import { packedRoom, packEntry } from '../../../src/container/tar/packed-entry.ts';
import { tarFileHeader, tarPadding } from '../../../src/container/tar/write.ts';
import { encodeS2Block, rewriteWindow } from '../../../src/kernels/index.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { IDENTIFIER, unframed } from '../../support/frames.ts';
import { randomBytes } from '../../support/random.ts';
import { decodedSource } from '../../support/frames.ts';

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
function pack(
  block: Uint8Array,
  encoded: Iterable<EncodedChunk>,
  isSame = true,
): { chunks: Buffer; isProven: boolean } {
  rewriteWindow(block.length).set(block);
  const target = new Uint8Array(new SharedArrayBuffer(packedRoom(block.length)));
  const packed = packEntry(PATH, block.length, target, { chunks: encoded, isSame });
  if (packed === null) throw new Error('a block of its own');
  return { chunks: Buffer.from(target.subarray(0, packed.packedBytes)), isProven: packed.isProven };
}

function sourceOf(stream: Uint8Array): S2Source {
  return decodedSource(new MemorySource(stream));
}

/** A block, and its chunks in a stream that has others before it and behind. */
const inStream = fc
  .tuple(
    fc.integer({ min: 64 * KIB, max: 3000 * KIB }),
    fc.nat(1000),
    fc.nat(900 * KIB),
    fc.constantFrom(0, 700 * KIB),
  )
  .map(([lengthBytes, seed, before, behind]) => {
    const block = blockOf(lengthBytes, seed);
    const parts = [blockOf(before + 64 * KIB, seed + 1), block, blockOf(behind, seed + 2)];
    const stream = Buffer.concat([IDENTIFIER, pack(Buffer.concat(parts), []).chunks]);
    const at = tarFileHeader(PATH, 0).length + before + 64 * KIB;
    return { block, encoded: [...sourceOf(stream).encodedChunks(at, lengthBytes)] };
  });

test('what of a block was encoded before is taken as it is, wherever it began', () => {
  fc.assert(
    fc.property(inStream, ({ block, encoded }) => {
      const taken = encoded.filter(
        ({ fromBytes, lengthBytes }) =>
          lengthBytes >= 256 * KIB && fromBytes >= 0 && fromBytes + lengthBytes <= block.length,
      );
      const bodies = taken.map(({ block: body }) => Buffer.from(body()));
      const { chunks, isProven } = pack(block, encoded);
      expect(isProven).toBe(true);
      expect(unframed(Buffer.concat([IDENTIFIER, chunks])).equals(entryOf(block))).toBe(true);
      for (const body of bodies) expect(chunks.includes(body)).toBe(true);
      expect(chunks.length).toBeLessThanOrEqual(packedRoom(block.length));
    }),
    { numRuns: 25 },
  );
});

test('what of a block was encoded before some of it changed is amended', () => {
  const changes = fc.array(fc.nat(), { maxLength: 30 });
  fc.assert(
    fc.property(inStream, changes, ({ block, encoded }, places) => {
      const changed = block.slice();
      for (const place of places) changed.set([1, 2, 3].slice(0, block.length), place % (block.length - 8));
      const { chunks, isProven } = pack(changed, encoded, false);
      expect(isProven).toBe(true);
      expect(unframed(Buffer.concat([IDENTIFIER, chunks])).equals(entryOf(changed))).toBe(true);
      expect(chunks.length).toBeLessThanOrEqual(packedRoom(block.length));
    }),
    { numRuns: 25 },
  );
});

test('nothing is searched for where few bytes changed; where most did, all is encoded anew', () => {
  const block = blockOf(700 * KIB, 5);
  const encoded: EncodedChunk = {
    fromBytes: 0,
    lengthBytes: block.length,
    block: () => encodeS2Block(block),
  };
  const before = pack(block, [encoded]).chunks.length;
  const changed = block.slice();
  for (let at = 0; at < block.length; at += 10_000) changed[at] = 0;
  // The header is a chunk of its own.
  const amended = pack(changed, [encoded], false).chunks.length;
  expect(amended).toBeGreaterThan(before);
  expect(amended).toBeLessThan(before + 1000);
  const other = blockOf(700 * KIB, 6);
  const anew = Buffer.from(encodeS2Block(other));
  expect(pack(other, [encoded], false).chunks.includes(anew.subarray(3, 200 * KIB))).toBe(true);
});

test('what was encoded of other bytes is not proven', () => {
  const block = blockOf(1500 * KIB, 5);
  const other = Buffer.from(block.subarray(0, 512 * KIB));
  other[400_000] = (other[400_000] ?? 0) ^ 1;
  const chunkOf = (bytes: Uint8Array): EncodedChunk => ({
    fromBytes: 700 * KIB,
    lengthBytes: 512 * KIB,
    block: () => encodeS2Block(bytes),
  });
  expect(pack(block, [chunkOf(block.subarray(700 * KIB, 1212 * KIB))]).isProven).toBe(true);
  expect(pack(block, [chunkOf(other)]).isProven).toBe(false);
});
