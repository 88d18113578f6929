import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LostRanges } from '../../../src/operation/salvage/losses/lost-ranges.ts';
import type { LostRange } from '../../../src/operation/salvage/types.ts';
import { jsonChunks } from '../../../src/report/json.ts';

const range: fc.Arbitrary<LostRange> = fc.record({
  from: fc.bigInt({ min: 0n, max: (1n << 62n) - 1n }),
  to: fc.bigInt({ min: 0n, max: (1n << 62n) - 1n }),
  state: fc.constantFrom('lost' as const, 'doubtful' as const),
  file: fc.option(fc.constantFrom('msgs/1.blk', 'msgs/2.blk', '')),
  offset: fc.option(fc.nat({ max: Number.MAX_SAFE_INTEGER })),
  length: fc.option(fc.nat({ max: Number.MAX_SAFE_INTEGER })),
  code: fc.constantFrom('UNTOLD' as const, 'BLK_MISSING' as const),
  reason: fc.constantFrom('one', 'another', 'a third'),
  missing: fc.option(fc.constantFrom(1n, 2n)),
});

it('columns give every range again, as it was and in its place', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 100 }), (ranges) => {
      const columns = new LostRanges(ranges);
      expect(columns.length).toBe(ranges.length);
      expect([...columns]).toEqual(ranges);
      const rising = ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
      expect([...columns.rising()]).toEqual(rising);
      expect([...jsonChunks({ ranges: columns })].join('')).toBe([...jsonChunks({ ranges })].join(''));
    }),
  );
});
