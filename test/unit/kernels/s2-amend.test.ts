import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amendS2Block, encodeS2Block, s2EncodeWindow, s2InputWindow } from '../../../src/kernels/index.ts';
import { decodeS2 } from '../../../src/kernels/reference/s2-block.ts';
import { randomBytes } from '../../support/random.ts';
import { longBlock } from './s2-blocks.ts';
import { uvarint } from '../../support/uvarint.ts';
import { s2MaxEncodedLength } from '../../../src/kernels/s2.ts';

const MOST = 4 * 1024 * 1024;

/** Stretches of bytes that become others. */
type Change = readonly [at: number, lengthBytes: number, seed: number];

const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 }), fc.nat(250)), { maxLength: 12 });

function changed(bytes: Uint8Array, made: readonly Change[]): Uint8Array {
  const result = bytes.slice();
  for (const [place, lengthBytes, seed] of made) {
    const at = place % Math.max(1, bytes.length);
    result.set(randomBytes(lengthBytes, seed).subarray(0, bytes.length - at), at);
  }
  return result;
}

/** Amends a block and has the reference decode the result; null where it was not done. */
function amend(block: Uint8Array, skipBytes: number, input: Uint8Array, mostBytes = Infinity): number | null {
  const amended = amendS2Block(block, skipBytes, input, mostBytes);
  if (amended === null) return null;
  expect(amended.length).toBeLessThanOrEqual(Math.min(mostBytes, s2MaxEncodedLength(input.length)));
  const decoded = decodeS2(amended.slice(), input.length);
  expect(decoded !== null && Buffer.compare(decoded, input) === 0).toBe(true);
  return amended.length;
}

test('whatever changed, and however much is left out: the new bytes, along all kinds of elements', () => {
  let done = 0;
  fc.assert(
    fc.property(longBlock, changes, fc.nat(), fc.nat(), (block, made, from, until) => {
      const before = decodeS2(block, MOST);
      if (before === null) return;
      const input = changed(before, made);
      if (amend(block, 0, input) !== null) done++;
      const [skip, end] = [from % (input.length + 1), until % (input.length + 1)].toSorted((a, b) => a - b);
      amend(block, skip ?? 0, input.subarray(skip, end));
    }),
    { numRuns: 1500 },
  );
  expect(done).toBeGreaterThan(300);
});

test('bytes that stay as they are make no larger block, but for what the ends take', () => {
  const text = json(400_000);
  const block = encodeS2Block(text).slice();
  expect(amend(block, 0, text)).toBeLessThan(block.length + 16);
  expect(amend(block, 0, text.subarray(0, 200_000))).toBeLessThan(block.length / 2 + 2000);
  expect(amend(block, 200_000, text.subarray(200_000))).toBeLessThan(block.length);
});

test('each change costs a little', () => {
  const text = json(400_000);
  const block = encodeS2Block(text).slice();
  const made = Array.from({ length: 300 }, (_, i): Change => [i * 1300, 8, i]);
  const lengthBytes = amend(block, 0, changed(text, made));
  expect(lengthBytes).toBeGreaterThan(block.length);
  expect(lengthBytes).toBeLessThan(block.length + 300 * 30);
});

test('it stops where the block would be larger than allowed', () => {
  const text = json(100_000);
  const block = encodeS2Block(text).slice();
  expect(amend(block, 0, randomBytes(100_000, 3), 60_000)).toBeNull();
  expect(amend(block, 0, text, block.length - 1)).toBeNull();
  expect(amend(block, 0, text, 0)).toBeNull();
});

test('long literals, long repeats, far copies', () => {
  const noise = randomBytes(300_000, 5);
  const input = Buffer.concat([
    noise,
    noise.subarray(0, 100_000),
    Buffer.alloc(70_000),
    noise.subarray(7, 300),
  ]);
  const block = encodeS2Block(input).slice();
  expect(amend(block, 0, input)).toBeLessThan(block.length + 16);
  const made: Change[] = [
    [350_000, 8, 1],
    [50_000, 8, 2],
    [420_000, 8, 3],
  ];
  expect(amend(block, 0, changed(input, made))).toBeLessThan(block.length + 100);
});

test('a repeat of an offset that is left out', () => {
  const letters = [0x0c, 97, 98, 99, 100];
  const repeats = [
    [0x01, 0],
    [0x15, 0, 4],
  ];
  for (const repeat of repeats) {
    const given = repeat.length === 2 ? 4 : 12;
    const block = Uint8Array.from([12 + given, ...letters, 0x01, 4, ...letters, ...repeat]);
    const input = decodeS2(block, 100) ?? new Uint8Array(0);
    expect(input.length).toBe(12 + given);
    for (let skip = 0; skip <= input.length; skip++)
      expect(amend(block, skip, input.subarray(skip))).not.toBeNull();
  }
});

test('hostile blocks: bytes that decode to the input, or none', () => {
  const element = fc.oneof(
    fc.constant([0x0c, 97, 98, 99, 100]),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => [...bytes]),
  );
  const blocks = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.array(element, { maxLength: 12 }));
  fc.assert(
    fc.property(blocks, fc.nat(300), ([lengthBytes, elements], skip) => {
      const block = Uint8Array.from([...uvarint(lengthBytes), ...elements.flat()]);
      const input = Buffer.from('abcd'.repeat(75)).subarray(0, Math.max(0, lengthBytes - skip));
      amend(block, skip, input);
    }),
    { numRuns: 3000 },
  );
});

test('damaged blocks: bytes that decode to the input, or none', () => {
  const text = json(20_000);
  const block = encodeS2Block(text).slice();
  fc.assert(
    fc.property(
      fc.nat(block.length - 4),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(20_000),
      (at, flips, skip) => {
        const damaged = block.slice();
        damaged[at + 3] = (damaged[at + 3] ?? 0) ^ flips;
        amend(damaged, skip, text.subarray(skip));
      },
    ),
    { numRuns: 500 },
  );
});

test('a block of fewer bytes than are wanted amends nothing', () => {
  const text = json(1000);
  const block = encodeS2Block(text).slice();
  expect(amend(block, 1, text)).toBeNull();
  expect(amend(block.subarray(0, block.length - 8), 0, text)).toBeNull();
  expect(amend(new Uint8Array(0), 0, text)).toBeNull();
  expect(() => amendS2Block(block, MOST + 1, text, MOST)).toThrow(RangeError);
});

test('views of kernel memory are read where they lie', () => {
  const text = json(50_000);
  const block = encodeS2Block(text).slice();
  const apart = amendS2Block(block, 0, text, MOST)?.slice() ?? [];
  s2EncodeWindow(text.length).set(text);
  s2InputWindow(block.length).set(block);
  const inside = amendS2Block(s2InputWindow(block.length), 0, s2EncodeWindow(text.length), MOST) ?? [];
  expect(Buffer.from(inside).equals(Buffer.from(apart))).toBe(true);
});

function json(lengthBytes: number): Uint8Array {
  const noise = randomBytes(lengthBytes, 1);
  const parts = Array.from(
    { length: lengthBytes / 40 },
    (_, i) =>
      `{"order":"${noise[i]}","at":${i},"status":"${['paid', 'packed'][i % 2]}","of":${noise[i * 2]}}`,
  );
  return Buffer.from(parts.join('')).subarray(0, lengthBytes);
}
