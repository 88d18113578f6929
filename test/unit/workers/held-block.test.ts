import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashKey } from '../../../src/codec/highwayhash.ts';
import { rewriteWindow } from '../../../src/kernels/index.ts';
import { MemorySource } from '../../../src/source/memory.ts';
import { HeldBlock } from '../../../src/workers/held-block.ts';
import { memoryBlock } from '../../../src/workers/open-block.ts';
import { LARGEST_BLOCK_BYTES } from '../../../src/workers/rewrite-block.ts';
import { scanBlock, scanOpened } from '../../../src/workers/scan-block.ts';
import { KEY, record } from '../kernels/build-block.ts';
import { randomBytes } from '../../support/random.ts';

/** A source that tells how much of it was read, and may end before its size. */
class Counting extends MemorySource {
  readBytes = 0;

  override read(target: Uint8Array, offsetBytes: number): number {
    const lengthBytes = super.read(target, offsetBytes);
    this.readBytes += lengthBytes;
    return lengthBytes;
  }
}

test('read and lent in any order, each byte is read once and lies where blocks are rewritten', () => {
  const bytes = randomBytes(300_000, 1);
  const asks = fc.array(fc.tuple(fc.nat(310_000), fc.nat(90_000), fc.boolean()), { maxLength: 20 });
  fc.assert(
    fc.property(asks, (places) => {
      const source = new Counting(bytes);
      const held = new HeldBlock(source);
      for (const [at, most, lends] of places) {
        const target = new Uint8Array(most);
        const found = lends ? held.lend(at, most) : target.subarray(0, held.read(target, at));
        expect(Buffer.compare(found ?? new Uint8Array(0), bytes.subarray(at, at + most))).toBe(0);
      }
      const furthest = Math.max(0, ...places.map(([at, most]) => Math.min(at + most, bytes.length)));
      expect(held.lengthBytes).toBe(furthest);
      expect(source.readBytes).toBe(furthest);
      expect(rewriteWindow(furthest).equals(bytes.subarray(0, furthest))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('a source that ends before its size', () => {
  const held = new HeldBlock(Object.assign(new MemorySource(randomBytes(1000, 2)), { sizeBytes: 1500 }));
  expect(held.lend(0, 2000)?.length).toBe(1000);
  expect(held.lengthBytes).toBe(1000);
});

test('one that is too large is read as any other', () => {
  const bytes = randomBytes(5000, 3);
  const held = new HeldBlock(Object.assign(new MemorySource(bytes), { sizeBytes: LARGEST_BLOCK_BYTES + 1 }));
  expect(held.isHeld).toBe(false);
  expect(held.lend(0, 100)).toBeNull();
  const target = new Uint8Array(100);
  expect(held.read(target, 4000)).toBe(100);
  expect(Buffer.compare(target, bytes.subarray(4000, 4100))).toBe(0);
  expect(held.lengthBytes).toBe(0);
});

test('checked where it lies, sound and damaged, a block is what it is elsewhere', () => {
  const sizes = [10, 2000, 900_000, 5, 1_500_000, 40, 70_000];
  const block = Buffer.concat(
    sizes.map((bytes, i) => record(BigInt(i + 1), { subject: 'a.b', payload: randomBytes(bytes, i) })),
  );
  for (const damagedAt of [null, 1000, 950_000, block.length - 20]) {
    const bytes = Buffer.from(block);
    if (damagedAt !== null) bytes[damagedAt] = (bytes[damagedAt] ?? 0) ^ 1;
    for (const key of [KEY, hashKey('OTHER-1')]) {
      const job = { kind: 'scan', key, headerSeqs: false, source: { kind: 'memory', bytes } } as const;
      const expected = scanBlock(job);
      const window = rewriteWindow(bytes.length);
      window.set(bytes);
      expect(scanOpened(job, memoryBlock(window), undefined)).toEqual(expected);
      expect(window.equals(bytes)).toBe(true);
      const held = new HeldBlock(new MemorySource(bytes));
      expect(scanOpened(job, { ...memoryBlock(bytes), content: held }, undefined)).toEqual(expected);
      expect(held.lengthBytes).toBe(bytes.length);
    }
  }
});
