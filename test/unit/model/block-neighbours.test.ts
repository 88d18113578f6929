import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlockNeighbours } from '../../../src/model/block-neighbours.ts';

const seq = fc.bigInt(1n, 40n);
const ends = fc.oneof(
  fc.constant({ lowSeq: 0n, highSeq: 0n }),
  fc.tuple(seq, seq).map(([a, b]) => ({ lowSeq: a < b ? a : b, highSeq: a < b ? b : a })),
);
const blocks = fc.array(
  fc.tuple(fc.integer({ min: -2, max: 12 }), ends).map(([number, one]) => ({ number, ...one })),
);

function highest(seqs: readonly bigint[]): bigint {
  return seqs.reduce((a, b) => (a > b ? a : b), 0n);
}

function lowest(seqs: readonly bigint[]): bigint {
  return seqs.length === 0 ? 0n : seqs.reduce((a, b) => (a < b ? a : b));
}

it('neighbours are those that a look at every block finds', () => {
  fc.assert(
    fc.property(blocks, fc.bigInt(0n, 41n), fc.integer({ min: -3, max: 13 }), (all, at, number) => {
      const filled = all.filter(({ lowSeq }) => lowSeq > 0n);
      const lows = filled.map(({ lowSeq }) => lowSeq);
      const highs = filled.map(({ highSeq }) => highSeq);
      const neighbours = new BlockNeighbours(all);
      expect(neighbours.above(at)).toBe(lowest(lows.filter((low) => low > at)));
      expect(neighbours.below(at)).toBe(highest(highs.filter((high) => high < at)));
      expect(neighbours.around(number)).toEqual([
        highest(filled.filter((block) => block.number < number).map(({ highSeq }) => highSeq)),
        lowest(filled.filter((block) => block.number > number).map(({ lowSeq }) => lowSeq)),
      ]);
    }),
  );
});
