import { createHash } from 'node:crypto';
import { createCRC32 } from 'hash-wasm';
import { HighwayHash } from 'highwayhasher';
import { expect, test } from 'vitest';
import {
  crc32cMasked,
  highwayHash64,
  s2InputWindow,
  sha256,
  subjectDigest,
} from '../../../src/kernels/index.ts';
import * as plainCrc from '../../../src/kernels/reference/crc32c.ts';
import * as plainHash from '../../../src/kernels/reference/highway-hash.ts';
import * as plainSubject from '../../../src/kernels/reference/subject.ts';
import { randomBytes } from '../../support/random.ts';

const CASTAGNOLI = 0x82f63b78;
const key = createHash('sha256').update('ORDERS').digest();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test.each([
  [0, '09cc9df4fa96a66a'],
  [1, '1a448d6a7ae40041'],
  [3, '0cc150f7e8cae159'],
  [15, '5f5987dccb21dcb7'],
  [16, '76a118384e096878'],
  [19, 'cff465fe9a5c031c'],
  [31, 'da9a398d84246f94'],
  [32, '9ec3bdbf61d51d1d'],
  [63, '2dbe779142d4c3c4'],
  [200, 'b4f23e9474c13bd9'],
])('HighwayHash-64 of %i counted bytes', (length, expected) => {
  const bytes = Uint8Array.from({ length }, (_, i) => i);
  expect(hex(highwayHash64(key, bytes))).toBe(expected);
  expect(hex(plainHash.highwayHash64(key, bytes))).toBe(expected);
});

test('HighwayHash-64 of every length up to 300, unaligned, equals the reference and another implementation', async () => {
  const other = await HighwayHash.loadModule();
  for (let length = 0; length <= 300; length++) {
    const bytes = randomBytes(length + 3, length + 1).subarray(3);
    const hash = hex(highwayHash64(key, bytes));
    expect(hash).toBe(hex(plainHash.highwayHash64(key, bytes)));
    expect(hash).toBe(hex(other.hash64(key, bytes)));
  }
});

test('sums of more than one piece of scratch memory', async () => {
  const bytes = randomBytes(3 * 1024 * 1024 + 17, 5);
  const other = await HighwayHash.loadModule();
  expect(hex(highwayHash64(key, bytes))).toBe(hex(other.hash64(key, bytes)));
  expect(crc32cMasked(bytes)).toBe(masked((await createCRC32(CASTAGNOLI)).update(bytes).digest('hex')));
});

test('CRC-32C: check value, every length up to 300, bytes in kernel memory', async () => {
  expect(crc32cMasked(Buffer.from('123456789'))).toBe(0xc78ab0e5);
  const other = await createCRC32(CASTAGNOLI);
  for (let length = 0; length <= 300; length++) {
    const bytes = randomBytes(length + 1, length + 9).subarray(1);
    const expected = masked(other.init().update(bytes).digest('hex'));
    expect(crc32cMasked(bytes)).toBe(expected);
    expect(plainCrc.crc32cMasked(bytes)).toBe(expected);
    const inside = s2InputWindow(length);
    inside.set(bytes);
    expect(crc32cMasked(inside)).toBe(expected);
  }
});

test('subject digest equals the reference and tells lengths and orders apart', () => {
  const seen = new Set<bigint>();
  for (let length = 0; length <= 100; length++) {
    const zeros = new Uint8Array(length);
    const bytes = randomBytes(length, length + 77);
    for (const subject of [zeros, bytes])
      expect(subjectDigest(subject)).toBe(plainSubject.subjectDigest(subject));
    seen.add(subjectDigest(zeros));
  }
  expect(seen.size).toBe(101);
  expect(subjectDigest(Buffer.from('a.b'))).not.toBe(subjectDigest(Buffer.from('b.a')));
});

function masked(digest: string): number {
  const crc = Number.parseInt(digest, 16);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

test.each([16_383, 16_384, 16_385, 16_399, 16_400, 19_727, 19_728, 19_744, 36_000, 300_001, 1_048_576])(
  'CRC-32C of %i bytes, which are folded first',
  async (length) => {
    const bytes = randomBytes(length, length);
    const other = await createCRC32(CASTAGNOLI);
    expect(crc32cMasked(bytes)).toBe(masked(other.init().update(bytes).digest('hex')));
  },
);

test('SHA-256 of every length up to 300 equals that of the system', () => {
  for (const length of [...Array(300).keys(), 1 << 20, 3_000_001]) {
    const bytes = randomBytes(length, length + 21);
    expect(hex(sha256(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});
