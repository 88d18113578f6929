import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ranges from '../../../src/core/sequence-ranges.ts';

const seqs = fc.array(fc.bigInt({ min: 1n, max: 60n }), { maxLength: 40 });
const setOf = (values: readonly bigint[]): BigUint64Array => ranges.rangesOf(BigUint64Array.from(values));
const sorted = (values: Iterable<bigint>): bigint[] =>
  [...new Set(values)].toSorted((a, b) => (a < b ? -1 : 1));

describe('sets of sequences behave as sets', () => {
  it('union, difference, intersection, membership, count', () => {
    fc.assert(
      fc.property(seqs, seqs, (a, b) => {
        const [left, right] = [setOf(a), setOf(b)];
        const list = (set: BigUint64Array): bigint[] => [...ranges.eachSequence(set)];
        expect(list(ranges.mergeRanges([left, right]))).toEqual(sorted([...a, ...b]));
        const behind = setOf(b.map((seq) => seq + 60n));
        expect(ranges.mergeRanges([left, behind, right])).toEqual(
          setOf([...a, ...b, ...b.map((seq) => seq + 60n)]),
        );
        expect(list(ranges.subtractRanges(left, right))).toEqual(sorted(a.filter((seq) => !b.includes(seq))));
        expect(list(ranges.intersectRanges(left, right))).toEqual(sorted(a.filter((seq) => b.includes(seq))));
        const [from, to] = [b[0] ?? 5n, b[1] ?? 40n];
        expect(list(ranges.clipRanges(left, from, to))).toEqual(
          sorted(a.filter((seq) => seq >= from && seq <= to)),
        );
        expect(ranges.countSequences(left)).toBe(BigInt(new Set(a).size));
        const rising = new ranges.RisingLookup(left);
        for (let seq = 0n; seq < 62n; seq++) {
          expect(rising.has(seq | (1n << 62n))).toBe(false);
          expect(rising.has(seq)).toBe(a.includes(seq));
        }
        for (let seq = 0n; seq < 62n; seq++) expect(ranges.hasSequence(left, seq)).toBe(a.includes(seq));
      }),
    );
  });
});
