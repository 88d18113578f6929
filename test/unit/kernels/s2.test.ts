import fc from 'fast-check';
import { compressSync } from 'snappy';
import { expect, test } from 'vitest';
import {
  decodeS2Block,
  decodeS2Input,
  decodeS2InputPart,
  decodeS2Pair,
  decodeS2Start,
  encodeS2Block,
  s2DecodedLength,
  s2InputWindow,
} from '../../../src/kernels/index.ts';
import { decodeS2 } from '../../../src/kernels/reference/s2-block.ts';
import { randomBytes } from '../../support/random.ts';
import { longBlock } from './s2-blocks.ts';
import { uvarint } from '../../support/uvarint.ts';

const MOST = 4 * 1024 * 1024;

/** Decodes into the middle of a filled buffer, to see that nothing outside is written. */
function decode(block: Uint8Array, room: number): Uint8Array | null {
  const around = new Uint8Array(room + 64).fill(0xee);
  const length = decodeS2Block(block, around.subarray(32, 32 + room));
  expect(around.subarray(0, 32).every((byte) => byte === 0xee)).toBe(true);
  expect(around.subarray(32 + Math.max(0, length)).every((byte) => byte === 0xee)).toBe(true);
  return length < 0 ? null : around.slice(32, 32 + length);
}

test.each([0, 1, 15, 16, 59, 60, 61, 255, 300, 5000, 70_000, 1_048_576])(
  'a Snappy block of %i bytes',
  (length) => {
    const text = Buffer.from(
      Array.from({ length: length / 7 + 1 }, (_, i) => `item ${(i * i) % 97};`).join(''),
    ).subarray(0, length);
    const noise = randomBytes(length, length + 1);
    for (const bytes of [text, noise]) {
      const block = compressSync(Buffer.from(bytes));
      expect(s2DecodedLength(block)).toBe(length);
      expect(Buffer.from(decode(block, length) ?? []).equals(bytes)).toBe(true);
    }
  },
);

const letters = [0x0c, 97, 98, 99, 100]; // literal "abcd"
test.each<[string, number[], string | null]>([
  ['repeat of length 4', [12, ...letters, 0x01, 4, 0x01, 0], 'abcdabcdabcd'],
  ['repeat, one length byte', [20, ...letters, 0x01, 4, 0x15, 0, 4], 'abcd'.repeat(5)],
  ['copy with a 4-byte offset', [8, ...letters, 0x0f, 4, 0, 0, 0], 'abcdabcd'],
  ['copy that overlaps itself', [10, ...letters, 0x16, 1, 0], 'abcddddddd'],
  ['repeat before any offset', [8, ...letters, 0x01, 0], null],
  ['offset before the start', [8, ...letters, 0x01, 5], null],
  ['copy past the claimed length', [7, ...letters, 0x01, 4], null],
  ['fewer bytes than claimed', [9, ...letters, 0x01, 4], null],
  ['literal past the input', [8, 0x1c, 97], null],
  ['cut length byte', [0x80], null],
])('%s', (_, block, expected) => {
  const bytes = Uint8Array.from(block);
  const decoded = decode(bytes, 64);
  expect(decoded === null ? null : Buffer.from(decoded).toString()).toBe(expected);
  expect(decodeS2(bytes, MOST)).toEqual(decoded);
});

test.each([1, 2, 3])('repeats with %i length bytes', (width) => {
  const more = 0x21;
  const base = [8, 260, 65540][width - 1] ?? 0;
  const block = [
    ...uvarint(4 + 4 + base + more),
    ...letters,
    0x01,
    4,
    ((width + 4) << 2) | 1,
    0,
    more,
    0,
    0,
  ].slice(0, undefined);
  const bytes = Uint8Array.from(block.slice(0, block.length - (3 - width)));
  const decoded = decode(bytes, MOST);
  expect(decoded?.length).toBe(8 + base + more);
  expect(Buffer.from(decoded ?? []).equals(Buffer.from(decodeS2(bytes, MOST) ?? []))).toBe(true);
});

test('hostile blocks: the same verdict as the reference, nothing written outside', () => {
  const element = fc.oneof(
    fc.constant(letters),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => [...bytes]),
  );
  const blocks = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.array(element, { maxLength: 12 }));
  fc.assert(
    fc.property(blocks, ([length, elements]) => {
      const block = Uint8Array.from([...uvarint(length), ...elements.flat()]);
      expect(decode(block, 300)).toEqual(decodeS2(block, 300));
    }),
    { numRuns: 2000 },
  );
});

/** The 80 bytes behind what the first block claims to decode to, filled. */
function fillBehind(block: Uint8Array): Uint8Array {
  const { buffer, byteOffset } = decodeS2InputPart(0, 0);
  return new Uint8Array(buffer, byteOffset + s2DecodedLength(block), 80).fill(0xee);
}

test('long blocks, alone and two at a time: what the reference gives', () => {
  let sound = 0;
  fc.assert(
    fc.property(longBlock, longBlock, (first, second) => {
      const expected = [decodeS2(first, MOST), decodeS2(second, MOST)];
      if (expected[0] !== null && expected[1] !== null) sound++;
      s2InputWindow(first.length).set(first);
      const behind = fillBehind(first);
      expect(same(decodeS2Input(first.length), expected[0])).toBe(true);
      s2InputWindow(first.length).set(first);
      s2InputWindow(second.length, 'second').set(second);
      const pair = decodeS2Pair(first.length, second.length);
      expect(same(pair[0], expected[0]) && same(pair[1], expected[1])).toBe(true);
      expect(behind.every((byte) => byte === 0xee)).toBe(true);
    }),
    { numRuns: 1500 },
  );
  expect(sound).toBeGreaterThan(100);
});

test('long blocks of the encoder, two at a time', () => {
  const text = (words: number, seed: number): Uint8Array =>
    Buffer.from(Array.from({ length: words }, (_, i) => `${(i * i * seed) % 9973},`).join(''));
  for (const [a, b] of [
    [text(60_000, 3), text(90_000, 7)],
    [text(5, 3), text(90_000, 7)],
    [randomBytes(70_000, 1), text(9_000, 5)],
  ] as const) {
    const [first, second] = [encodeS2Block(a).slice(), encodeS2Block(b).slice()];
    s2InputWindow(first.length).set(first);
    s2InputWindow(second.length, 'second').set(second);
    const pair = decodeS2Pair(first.length, second.length);
    expect(same(pair[0], a) && same(pair[1], b)).toBe(true);
    s2InputWindow(second.length).set(second);
    const start = decodeS2Start(second.length, 1000);
    expect(start?.length).toBeGreaterThanOrEqual(Math.min(1000, b.length));
    expect(same(start, b.subarray(0, start?.length))).toBe(true);
  }
});

test('the start of a block: of the same bytes, never more than the whole', () => {
  fc.assert(
    fc.property(longBlock, fc.nat(3000), (block, wanted) => {
      s2InputWindow(block.length).set(block);
      const start = decodeS2Start(block.length, wanted);
      const whole = decodeS2(block, MOST);
      if (whole === null) return;
      expect(start?.length).toBeGreaterThanOrEqual(Math.min(wanted, whole.length));
      expect(same(start, whole.subarray(0, start?.length))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

function same(a: Uint8Array | null, b: Uint8Array | null = null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

test('a length above 4 MiB, or above the target, is refused', () => {
  expect(s2DecodedLength(Uint8Array.from(uvarint(MOST + 1)))).toBe(MOST + 1);
  expect(decodeS2Block(Uint8Array.from(uvarint(MOST + 1)), new Uint8Array(MOST + 2))).toBe(-1);
  expect(decodeS2Block(compressSync(Buffer.from('hello')), new Uint8Array(4))).toBe(-1);
  s2InputWindow(5).set(uvarint(MOST * 8));
  expect(decodeS2Input(5)).toBeNull();
});

test.each([
  ['copy', [8, ...letters, 0x01, 4, 0x1d, 0, 0xff, 0xff, 0]],
  ['literal', [2, 0x7c, ...Buffer.alloc(32, 97)]],
])('a %s past the claimed length writes nothing behind it', (_, block) => {
  s2InputWindow(6).set([4, ...letters]);
  const sound = decodeS2Input(6);
  const behind = new Uint8Array(sound?.buffer ?? new ArrayBuffer(0), (sound?.byteOffset ?? 0) + 8, 70_000);
  behind.fill(0xee);
  s2InputWindow(block.length).set(block);
  expect(decodeS2Input(block.length)).toBeNull();
  expect(behind.every((byte) => byte === 0xee)).toBe(true);
});
