import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexChunks } from '../../../src/codec/s2/index-chunks.ts';
import { S2Source } from '../../../src/container/s2-source.ts';
import { S2Encoder } from '../../../src/codec/s2/encoder.ts';
import { decodeS2Block } from '../../../src/kernels/index.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { chunkOffsets } from '../../support/frames.ts';
import { decodedSource } from '../../support/frames.ts';

const MIB = 1 << 20;
const TEXT = Buffer.from(Array.from({ length: 900_000 }, (_, i) => `${(i * i) % 99_991};`).join(''));

function encoded(bytes: Uint8Array): Uint8Array {
  const frames: Buffer[] = [];
  const encoder = new S2Encoder((frame) => void frames.push(Buffer.from(frame)));
  encoder.write(bytes);
  encoder.end();
  return Buffer.concat(frames);
}

const reads = fc.array(
  fc.tuple(fc.nat(2), fc.nat(TEXT.length), fc.constantFrom(1, 512, 5000, 70_000, MIB, 3 * MIB)),
  { minLength: 1, maxLength: 30 },
);

test('reads of any size, here and there, of streams in turn and of one inside another', () => {
  const once = encoded(TEXT);
  const sources = [
    decodedSource(new MemorySource(once)),
    decodedSource(new MemorySource(encoded(TEXT))),
    decodedSource(decodedSource(new MemorySource(encoded(once)))),
  ];
  fc.assert(
    fc.property(reads, (plan) => {
      for (const [which, at, length] of plan) {
        const target = new Uint8Array(length);
        const filled = sources[which]?.read(target, at) ?? 0;
        const expected = TEXT.subarray(at, at + length);
        expect(filled).toBe(expected.length);
        expect(Buffer.compare(target.subarray(0, filled), expected)).toBe(0);
      }
    }),
    { numRuns: 60 },
  );
  expect(sources.flatMap((source) => source.faults)).toEqual([]);
});

test('a chunk that another source of the same stream decoded is told of again', () => {
  const bytes = Buffer.from(encoded(TEXT));
  bytes[14] = (bytes[14] ?? 0) ^ 1;
  const file = new MemorySource(bytes);
  const { index } = indexChunks((target, at) => file.read(target, at), bytes.length);
  const codes = [0, 1].map(() => {
    const source = new S2Source(file, index);
    source.read(new Uint8Array(MIB), 0);
    source.close();
    return source.faults.map(({ code, offsetBytes }) => ({ code, offsetBytes }));
  });
  expect(codes).toEqual([
    [{ code: 'S2_CRC_MISMATCH', offsetBytes: 10 }],
    [{ code: 'S2_CRC_MISMATCH', offsetBytes: 10 }],
  ]);
});

test('the chunks that hold bytes of a stretch come as they are encoded, of what else is read whatever', () => {
  const once = encoded(TEXT);
  const [plain, nested] = [
    decodedSource(new MemorySource(once)),
    decodedSource(decodedSource(new MemorySource(encoded(once)))),
  ];
  fc.assert(
    fc.property(fc.nat(TEXT.length), fc.nat(TEXT.length), fc.boolean(), (a, b, isNested) => {
      const source = isNested ? nested : plain;
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const found = [...source.encodedChunks(from, to - from)].map(({ fromBytes, lengthBytes, block }) => {
        const target = new Uint8Array(lengthBytes);
        expect(decodeS2Block(block().slice(), target)).toBe(lengthBytes);
        const at = from + fromBytes;
        expect(Buffer.compare(target, TEXT.subarray(at, at + lengthBytes))).toBe(0);
        const beside = new Uint8Array(100);
        source.read(beside, a % 1000);
        expect(Buffer.compare(beside, TEXT.subarray(a % 1000, (a % 1000) + 100))).toBe(0);
        return [at, at + lengthBytes];
      });
      const all = Array.from({ length: Math.ceil(TEXT.length / MIB) }, (_, i) => [
        i * MIB,
        Math.min((i + 1) * MIB, TEXT.length),
      ]);
      const isCompressed = (_: unknown, i: number): boolean => once[chunkOffsets(once)[i + 1] ?? 0] === 0;
      const compressed = all.filter(isCompressed);
      expect(compressed.length).toBe(5);
      expect(found).toEqual(compressed.filter(([start = 0, end = 0]) => start < to && end > from));
    }),
    { numRuns: 30 },
  );
});
