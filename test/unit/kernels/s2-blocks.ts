import fc from 'fast-check';
import { uvarint } from '../../support/uvarint.ts';

/** Blocks of all kinds of elements, most of them sound, and long enough for the loops that look at no end. */
export const longBlock: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.tuple(fc.constant(0), fc.nat(70), fc.nat(255)) },
      { weight: 8, arbitrary: fc.tuple(fc.constant(1), fc.nat(63), fc.nat(3000)) },
      { weight: 4, arbitrary: fc.tuple(fc.constant(2), fc.nat(300), fc.constant(0)) },
      { weight: 4, arbitrary: fc.tuple(fc.constant(4), fc.nat(63), fc.nat(3000)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant(3), fc.nat(3), fc.nat(20)) },
    ),
    { minLength: 1, maxLength: 300, size: 'max' },
  )
  .chain((parts) => fc.tuple(fc.constant(parts), fc.integer({ min: -1, max: 40 })))
  .map(([parts, lie]) => blockOf(parts, lie > 0 ? 0 : lie));

function blockOf(parts: readonly (readonly number[])[], lie: number): Uint8Array {
  let length = 0;
  const elements = parts.map(([kind = 0, count = 0, value = 0]) => {
    if (kind === 0 || length === 0) {
      length += count + 1;
      const head = count < 60 ? [count << 2] : [60 << 2, count];
      return [...head, ...Array.from({ length: count + 1 }, (_, i) => (value + i * 7) & 0xff)];
    }
    if (kind === 2) {
      const given = Math.max(count, 4);
      length += given;
      if (given <= 8) return [((given - 4) << 2) | 1, 0];
      return given < 264 ? [(5 << 2) | 1, 0, given - 8] : [(6 << 2) | 1, 0, (given - 260) & 0xff, 0];
    }
    const offset = kind === 3 ? value : 1 + (value % length);
    length += count + 1;
    // One of them from far before the start.
    if (kind === 4) return [(count << 2) | 3, offset & 0xff, offset >> 8, 0, value > 2990 ? 1 : 0];
    if (count >= 3 && count < 11 && offset > 0 && offset < 2048)
      return [((offset >> 8) << 5) | ((count - 3) << 2) | 1, offset & 0xff];
    return [(count << 2) | 2, offset & 0xff, offset >> 8];
  });
  return Uint8Array.from([...uvarint(length + lie), ...elements.flat()]);
}
