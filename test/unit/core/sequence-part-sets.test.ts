import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import {
  asParts,
  intersectParts,
  subtractParts,
  uniteParts,
  unitePacked,
} from '../../../src/core/sequence-part-sets.ts';
import { RisingParts, SequenceParts } from '../../../src/core/sequence-parts.ts';
import {
  clipRanges,
  countSequences,
  eachRange,
  intersectRanges,
  MAX_SEQUENCE,
  mergeRanges,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../../src/core/sequence-ranges.ts';

const set = fc
  .array(fc.bigInt({ min: 1n, max: 400n }), { maxLength: 120 })
  .map((seqs) => rangesOf(BigUint64Array.from(seqs)));

/** The same set in parts that end anywhere. */
function cut(ranges: SequenceRanges, at: readonly bigint[]): SequenceParts {
  const bounds = [0n, ...[...new Set(at)].toSorted((a, b) => (a < b ? -1 : 1)), MAX_SEQUENCE];
  return new SequenceParts(
    bounds.slice(1).map((to, i) => packRanges(clipRanges(ranges, (bounds[i] ?? 0n) + 1n, to))),
  );
}

const parts = fc
  .tuple(set, fc.array(fc.bigInt({ min: 1n, max: 400n }), { maxLength: 8 }))
  .map(([ranges, at]) => ({ ranges, parts: cut(ranges, at) }));

const pairsOf = (some: SequenceParts): unknown => [...some.ranges()];
const pairs = (ranges: SequenceRanges): unknown => [...eachRange(ranges)];

it('sets in parts are joined, cut and subtracted like sets in one', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      expect(pairsOf(uniteParts([a.parts, b.parts]))).toEqual(pairs(mergeRanges([a.ranges, b.ranges])));
      expect(pairsOf(subtractParts(a.parts, b.parts))).toEqual(pairs(subtractRanges(a.ranges, b.ranges)));
      expect(pairsOf(intersectParts(a.parts, b.parts))).toEqual(pairs(intersectRanges(a.ranges, b.ranges)));
      expect(pairsOf(asParts(a.ranges))).toEqual(pairs(a.ranges));
      const packed = [...a.parts.parts, ...b.parts.parts];
      expect(pairsOf(unitePacked(packed))).toEqual(pairs(mergeRanges([a.ranges, b.ranges])));
    }),
  );
});

it('sets of more gaps than fit in a window', () => {
  const every = (step: number, offset: bigint): SequenceRanges =>
    rangesOf(BigUint64Array.from({ length: 600_000 / step }, (_, i) => BigInt(step * i) + offset));
  const [a, b] = [every(2, 1n), every(3, 1n)];
  const [ofA, ofB] = [asParts(a), asParts(b)];
  expect(ofA.parts.length).toBeGreaterThan(3);
  const same = (some: SequenceParts, ranges: SequenceRanges): void => {
    expect(some.count).toBe(countSequences(ranges));
    expect(subtractRanges(ranges, some.within(1n, MAX_SEQUENCE)).length).toBe(0);
  };
  same(uniteParts([ofA, ofB]), mergeRanges([a, b]));
  same(intersectParts(ofA, ofB), intersectRanges(a, b));
  const whole = asParts(oneRange(1n, MAX_SEQUENCE));
  same(subtractParts(whole, ofA), subtractRanges(oneRange(1n, MAX_SEQUENCE), a));
});

it('rising sequences are looked up', () => {
  fc.assert(
    fc.property(parts, set, ({ ranges, parts: some }, asked) => {
      const rising = new RisingParts(some);
      const present = new Set([...eachRange(ranges)].flatMap(([from, to]) => [...all(from, to)]));
      for (const [from, to] of eachRange(asked))
        for (const seq of all(from, to)) expect(rising.has(seq)).toBe(present.has(seq));
    }),
  );
});

function* all(from: bigint, to: bigint): Generator<bigint> {
  for (let seq = from; seq <= to; seq++) yield seq;
}
