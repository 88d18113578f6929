import { expect, it } from 'vitest';
import { Cursor } from '../../../src/core/bytes/cursor.ts';

it('varints at their limits', () => {
  const read = (bytes: readonly number[]): [bigint, boolean] => {
    const cursor = new Cursor(Uint8Array.from(bytes));
    return [cursor.uvarint(), cursor.isShort];
  };
  expect(read([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1])).toEqual([2n ** 64n - 1n, false]);
  expect(read([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2])[1]).toBe(true);
  expect(read([0x80])[1]).toBe(true);
  expect(new Cursor(Uint8Array.from([3])).varint()).toBe(-2n);
});
