import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyShared } from '../../../src/core/bytes/copy-shared.ts';

it('copies as `set` does, from shared memory and to it', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(20),
      fc.nat(20),
      fc.boolean(),
      (bytes, at, from, isSource) => {
        const shared = new Uint8Array(new SharedArrayBuffer(120));
        const source = isSource ? shared.subarray(from, from + bytes.length) : bytes;
        if (isSource) source.set(bytes);
        const target = (isSource ? new Uint8Array(100) : shared).subarray(7, 97);
        const expected = new Uint8Array(90);
        expected.set(bytes, at);
        copyShared(source, target, at);
        expect(new Uint8Array(target)).toEqual(expected);
      },
    ),
  );
});

it('refuses what does not fit', () => {
  expect(() => copyShared(new Uint8Array(3), new Uint8Array(4), 2)).toThrow(RangeError);
});
