import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeS2Block, encodeS2Block, s2EncodeWindow } from '../../../src/kernels/index.ts';
import { decodeS2 } from '../../../src/kernels/reference/s2-block.ts';
import { randomBytes } from '../../support/random.ts';
import { s2MaxEncodedLength } from '../../../src/kernels/s2.ts';

const MIB = 1024 * 1024;

/** Encodes, decodes with the kernel, and with the reference too where that is quick; returns the block's length. */
function roundTrip(bytes: Uint8Array): number {
  const block = encodeS2Block(bytes).slice();
  expect(block.length).toBeLessThanOrEqual(s2MaxEncodedLength(bytes.length));
  const decoded = new Uint8Array(bytes.length);
  expect(decodeS2Block(block, decoded)).toBe(bytes.length);
  expect(Buffer.compare(decoded, bytes)).toBe(0);
  if (bytes.length <= 70_000) {
    const plain = decodeS2(block, bytes.length);
    expect(plain !== null && Buffer.compare(plain, bytes) === 0).toBe(true);
  }
  return block.length;
}

function json(lengthBytes: number, seed = 1): Uint8Array {
  const noise = randomBytes(lengthBytes / 8 + 64, seed);
  const parts: string[] = [];
  for (let i = 0, size = 0; size < lengthBytes; i++) {
    const part = `{"order_id":"${noise[i]}${noise[i + 1]}","sequence":${i},"status":"${['paid', 'packed', 'shipped'][(noise[i + 2] ?? 0) % 3]}","total_cents":${(noise[i + 3] ?? 0) * 37},"items":[{"sku":"SKU-${noise[i + 4]}"}]}`;
    parts.push(part);
    size += part.length;
  }
  return Buffer.from(parts.join('')).subarray(0, lengthBytes);
}

test('every length up to 64, and those around powers of two: zeros, counted bytes, noise, a period of three', () => {
  const lengths = Array.from({ length: 65 }, (_, i) => i);
  for (let power = 128; power <= MIB; power *= 2) lengths.push(power - 1, power, power + 1);
  for (const length of lengths) {
    const noise = randomBytes(length, length + 1);
    roundTrip(noise);
    roundTrip(new Uint8Array(length));
    roundTrip(Uint8Array.from({ length }, (_, i) => i));
    roundTrip(Uint8Array.from({ length }, (_, i) => i % 3));
  }
});

test('pieces that come again, near and far', () => {
  const piece = fc.tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 1, max: 30 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 60 }), fc.integer(), (pieces, seed) => {
      const letters = randomBytes(1000, seed);
      const bytes = Buffer.concat(
        pieces.flatMap(([from, length, times]) =>
          Array.from({ length: times }, () => letters.subarray(from, from + length)),
        ),
      );
      roundTrip(bytes);
    }),
    { numRuns: 300 },
  );
});

test('any bytes, of few different ones', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 5000 }),
    fc.array(fc.constantFrom(0, 1, 255), { maxLength: 3000 }).map((values) => Uint8Array.from(values)),
    fc.string({ maxLength: 2000 }).map((text) => Buffer.from(text.repeat(3))),
  );
  fc.assert(
    fc.property(bytes, (value) => {
      roundTrip(value);
    }),
    { numRuns: 1000 },
  );
});

test('a copy of each length, near and far', () => {
  const noise = randomBytes(200_000, 3);
  const lengths = [
    ...Array.from({ length: 80 }, (_, i) => i + 4),
    255,
    259,
    260,
    263,
    264,
    267,
    268,
    271,
    272,
    65_539,
  ];
  lengths.push(65_540, 65_600, 65_795, 65_796, 65_800, 65_803, 65_855, 65_856, 65_860, 70_000);
  for (const length of lengths)
    for (const distance of [0, 1000, 2030, 60_000, 90_000]) {
      const source = noise.subarray(0, length);
      const between = noise.subarray(100_000, 100_000 + distance);
      roundTrip(Buffer.concat([source, between, source, noise.subarray(100_000, 100_020)]));
    }
});

test('copies whose offset is around the ends of what one, two and four bytes hold', () => {
  const piece = randomBytes(40, 8);
  for (const end of [2048, 65_536])
    for (const offset of [end - 2, end - 1, end, end + 1])
      for (const length of [7, 8, 11, 12, 13, 40]) {
        const source = piece.subarray(0, length);
        const bytes = Buffer.concat([source, Buffer.alloc(offset - length), source, randomBytes(30, length)]);
        expect(roundTrip(bytes)).toBeLessThan(length + 60);
      }
});

test('a block that would grow is stored', () => {
  // Noise where seven bytes from afar come again after more than 256 others, just where the encoder looks.
  let seed = 1;
  const noise = (length: number): Uint8Array => randomBytes(length, (seed += 2));
  const looked: number[] = [];
  for (let at = 0; at < 101_000; at += 8 + Math.min(at >> 5, 252)) looked.push(at);
  const nextLook = (at: number): number => looked.find((place) => place > at) ?? 0;
  for (let round = 0; round < 20; round++) {
    const start = noise(nextLook(100_000));
    const parts: Uint8Array[] = [start];
    let size = start.length;
    for (let i = 0; i < 30; i++) {
      const from = nextLook(25_000 + 300 * i);
      const gap = noise(i === 0 ? 0 : nextLook(256));
      parts.push(gap, start.subarray(from, from + 7));
      size += gap.length + 7;
      expect(size - from).toBeGreaterThan(65_536);
    }
    roundTrip(Buffer.concat([...parts, noise(40)]));
  }
});

test('the sizes that are promised', () => {
  expect(roundTrip(new Uint8Array(0))).toBe(1);
  expect(roundTrip(new Uint8Array(MIB))).toBeLessThan(20);
  expect(roundTrip(new Uint8Array(4 * MIB))).toBeLessThan(20);
  expect(roundTrip(randomBytes(MIB, 9))).toBeLessThanOrEqual(s2MaxEncodedLength(MIB));
  expect(roundTrip(randomBytes(4 * MIB, 9))).toBeLessThanOrEqual(s2MaxEncodedLength(4 * MIB));
  expect(roundTrip(json(MIB))).toBeLessThan(0.5 * MIB);
  expect(() => encodeS2Block(new Uint8Array(4 * MIB + 1))).toThrow(RangeError);
});

test('text that repeats from afar', () => {
  const text = json(300_000, 7);
  expect(roundTrip(Buffer.concat([text, randomBytes(500_000, 2), text]))).toBeLessThan(
    roundTrip(text) + 500_000 + 5000,
  );
});

test('the same input gives the same block, whatever was encoded before, and in place', () => {
  const bytes = json(50_000, 11).subarray(3);
  const block = encodeS2Block(bytes).slice();
  encodeS2Block(randomBytes(200_000, 4));
  expect(Buffer.compare(encodeS2Block(bytes), block)).toBe(0);
  encodeS2Block(new Uint8Array(60_000).fill(0x7b));
  const window = s2EncodeWindow(bytes.length);
  window.set(bytes);
  expect(Buffer.compare(encodeS2Block(window), block)).toBe(0);
});
