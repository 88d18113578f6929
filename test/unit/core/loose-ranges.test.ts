import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LooseRanges } from '../../../src/core/loose-ranges.ts';
import { mergeRanges, NO_SEQUENCES, oneRange } from '../../../src/core/sequence-ranges.ts';

/** Pairs in any order, some of them empty. */
const pairs = fc.array(
  fc
    .tuple(fc.bigInt({ min: 0n, max: 300n }), fc.bigInt({ min: -2n, max: 12n }))
    .map(([from, more]) => [from, from + more] as const),
  { maxLength: 80, size: 'max' },
);

function built(given: readonly (readonly [bigint, bigint])[]): BigUint64Array {
  const loose = new LooseRanges();
  for (const [from, to] of given) loose.add(from, to);
  return loose.take();
}

it('pairs in any order become the set that they make up', () => {
  fc.assert(
    fc.property(pairs, (given) => {
      expect(built(given)).toEqual(mergeRanges(given.map(([from, to]) => oneRange(from, to))));
    }),
    { numRuns: 500 },
  );
});

it('no pairs, or empty ones, are the empty set', () => {
  expect(built([])).toEqual(NO_SEQUENCES);
  expect(built([[5n, 4n]])).toEqual(NO_SEQUENCES);
});

it('an empty pair does not end what rises', () => {
  expect(
    built([
      [10n, 12n],
      [3n, 2n],
      [11n, 20n],
    ]),
  ).toEqual(BigUint64Array.of(10n, 20n));
});

it('pairs at the upper end of 64 bits', () => {
  const last = (1n << 64n) - 1n;
  expect(
    built([
      [last, last],
      [1n, 2n],
      [last - 2n, last - 1n],
    ]),
  ).toEqual(BigUint64Array.of(1n, 2n, last - 2n, last));
});
