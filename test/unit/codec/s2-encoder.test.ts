import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginsAsS2 } from '../../../src/codec/s2/framing.ts';
import { S2Encoder } from '../../../src/codec/s2/encoder.ts';
import { indexChunks } from '../../../src/codec/s2/index-chunks.ts';
import { S2Source } from '../../../src/container/s2-source.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { chunkOffsets, framed } from '../../support/frames.ts';
import { randomBytes } from '../../support/random.ts';

const MIB = 1024 * 1024;

function encode(parts: readonly Uint8Array[]): Buffer {
  const frames: Uint8Array[] = [];
  const encoder = new S2Encoder((frame) => void frames.push(frame.slice()));
  for (const part of parts) encoder.write(part);
  encoder.end();
  return Buffer.concat(frames);
}

/** The decoded bytes; fails where a chunk's checksum does not fit. */
function decode(stream: Uint8Array): Buffer {
  const source = new MemorySource(stream);
  const { index, faults } = indexChunks((target, at) => source.read(target, at), stream.length);
  expect(faults).toEqual([]);
  const decoded = new S2Source(source, index);
  const out = Buffer.alloc(decoded.sizeBytes);
  decoded.read(out, 0);
  expect(decoded.faults).toEqual([]);
  return out;
}

const types = (stream: Uint8Array): (number | undefined)[] => chunkOffsets(stream).map((at) => stream[at]);

test('no bytes, no stream', () => {
  expect(encode([])).toHaveLength(0);
  expect(encode([new Uint8Array(0)])).toHaveLength(0);
});

test('chunks of 1 MiB: compressed, or raw where that saves less than a 32nd', () => {
  const stream = encode([new Uint8Array(MIB), randomBytes(MIB, 3), new Uint8Array(1000)]);
  expect(beginsAsS2(stream)).toBe(true);
  expect(types(stream)).toEqual([0xff, 0, 1, 0]);
  const mostlyNoise = (zeros: number) => Buffer.concat([randomBytes(3200 - zeros, 5), Buffer.alloc(zeros)]);
  expect(types(encode([mostlyNoise(90)]))).toEqual([0xff, 1]);
  expect(types(encode([mostlyNoise(400)]))).toEqual([0xff, 0]);
});

test('what does not get smaller: raw chunks of 1 MiB', () => {
  const bytes = randomBytes(2 * MIB + 5, 8);
  expect(Buffer.compare(encode([bytes]), framed(bytes))).toBe(0);
});

test('however the bytes come, the stream is the same and decodes to them', () => {
  const bytes = Buffer.concat([
    Buffer.from('{"order":17,"status":"paid"}'.repeat(60_000)),
    randomBytes(MIB + 4321, 6),
    Buffer.alloc(700_000),
  ]);
  const whole = encode([bytes]);
  expect(Buffer.compare(decode(whole), bytes)).toBe(0);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const parts = at.slice(1).map((to, i) => bytes.subarray(at[i], to));
      expect(Buffer.compare(encode(parts), whole)).toBe(0);
    }),
    { numRuns: 20 },
  );
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 }), (parts) => {
      const stream = encode([...parts, ...parts]);
      expect(Buffer.compare(decode(stream), Buffer.concat([...parts, ...parts]))).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('two encoders, by turns', () => {
  const frames: Uint8Array[][] = [[], []];
  const encoders = frames.map((list) => new S2Encoder((frame) => void list.push(frame.slice())));
  for (let i = 0; i < 5; i++)
    for (const [n, encoder] of encoders.entries()) encoder.write(Buffer.alloc(400_000, `${n} and ${i}`));
  for (const [n, encoder] of encoders.entries()) {
    encoder.end();
    const expected = [0, 1, 2, 3, 4].map((i) => Buffer.alloc(400_000, `${n} and ${i}`));
    expect(Buffer.compare(decode(Buffer.concat(frames[n] ?? [])), Buffer.concat(expected))).toBe(0);
  }
});

test('nothing may be written behind the end', () => {
  const encoder = new S2Encoder(() => undefined);
  encoder.end();
  expect(() => encoder.write(Buffer.from('a'))).toThrow('has ended');
  expect(() => encoder.end()).toThrow('has ended');
});
