import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packRanges, unpackRanges } from '../../../src/core/packed-ranges.ts';
import { areSamePacked, packedFrom, packedGaps, packedWithout } from '../../../src/core/packed-sets.ts';
import { PartsBuilder } from '../../../src/core/parts-builder.ts';
import { RangeBuilder } from '../../../src/core/range-builder.ts';
import { SequenceParts } from '../../../src/core/sequence-parts.ts';
import {
  clipRanges,
  countSequences,
  eachRange,
  eachSequence,
  lowestSequences,
  hasSequence,
  MAX_SEQUENCE,
  mergeRanges,
  oneRange,
  subtractRanges,
  type SequenceRanges,
} from '../../../src/core/sequence-ranges.ts';

/** Pairs of a set from its first sequence and by turns the lengths of runs and gaps. */
function fromLengths(first: bigint, lengths: readonly bigint[]): SequenceRanges {
  const pairs: bigint[] = [];
  let next = first;
  for (const [i, length] of lengths.entries()) {
    if (i % 2 === 0) pairs.push(next, next + length - 1n);
    next += length;
  }
  return BigUint64Array.from(pairs);
}

const short = fc.bigInt({ min: 1n, max: 20n });
const anyLength = fc.oneof(
  short,
  fc.bigInt({ min: 1n, max: 40_000n }),
  fc.bigInt({ min: 1n, max: 1n << 40n }),
);
const sets = fc
  .tuple(
    fc.oneof(
      fc.bigInt({ min: 0n, max: 300n }),
      fc.bigInt({ min: (1n << 53n) - 300n, max: 1n << 53n }),
      fc.constant(1n << 61n),
    ),
    fc.oneof(
      fc.array(short, { maxLength: 200, size: 'max' }),
      fc.array(fc.constant(1n), { maxLength: 200, size: 'max' }),
      fc.array(anyLength, { maxLength: 60, size: 'max' }),
    ),
  )
  .map(([first, lengths]) => fromLengths(first, lengths));

describe('a set of sequences at rest', () => {
  it('comes back as it was, whatever it is packed as', () => {
    const packings = new Set<string>();
    fc.assert(
      fc.property(sets, (ranges) => {
        const packed = packRanges(ranges);
        packings.add(packed.content.packing);
        expect(unpackRanges(packed)).toEqual(ranges);
        expect(packed.count).toBe([...eachRange(ranges)].reduce((sum, [a, b]) => sum + b - a + 1n, 0n));
        expect([packed.first, packed.last, packed.pairs]).toEqual([
          ranges[0] ?? 0n,
          ranges.at(-1) ?? -1n,
          ranges.length / 2,
        ]);
      }),
      { numRuns: 1000 },
    );
    expect([...packings].toSorted()).toEqual(['bits', 'pairs', 'steps']);
  });

  it('is kept once where it is empty: a stream may have a hundred thousand empty blocks', () => {
    expect(packRanges(new BigUint64Array(0))).toBe(packRanges(new BigUint64Array(0)));
  });

  it('takes a bit for each sequence at most, and some three bytes for a lone gap', () => {
    const bytesOf = (ranges: SequenceRanges): number => {
      const { content } = packRanges(ranges);
      return content.packing === 'pairs' ? content.ranges.byteLength : content.bytes.length;
    };
    const everyOther = fromLengths(7n, Array<bigint>(20_000).fill(1n));
    expect(bytesOf(everyOther)).toBeLessThanOrEqual(2501);
    const oneInHundred = fromLengths(
      7n,
      Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 99n : 1n)),
    );
    expect(bytesOf(oneInHundred)).toBeLessThanOrEqual(3000);
    const oneInMillion = fromLengths(
      7n,
      Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 999_999n : 1n)),
    );
    expect(bytesOf(oneInMillion)).toBeLessThanOrEqual(4000);
  });
});

describe('sets at rest that are worked with', () => {
  const near = fc.tuple(sets, sets).map(([a, b]) => [a, mergeRanges([b, clipRanges(a, 30n, 90n)])] as const);

  it('cut and subtracted they hold what the unpacked ones do', () => {
    fc.assert(
      fc.property(near, fc.bigInt({ min: 0n, max: 500n }), ([a, b], from) => {
        expect(unpackRanges(packedFrom(packRanges(a), from))).toEqual(clipRanges(a, from, MAX_SEQUENCE));
        expect(unpackRanges(packedWithout(packRanges(a), b))).toEqual(subtractRanges(a, b));
      }),
    );
  });

  it('between their sequences lies what they do not hold', () => {
    fc.assert(
      fc.property(sets, (ranges) => {
        const gaps = subtractRanges(oneRange(ranges[0] ?? 1n, ranges.at(-1) ?? 0n), ranges);
        const packed = packRanges(ranges);
        expect(unpackRanges(packedGaps(packed))).toEqual(gaps);
        expect(packedGaps(packed).count).toBe(countSequences(gaps));
        expect(unpackRanges(packed)).toEqual(ranges);
      }),
      { numRuns: 500 },
    );
  });

  it('are the same where they hold the same', () => {
    fc.assert(
      fc.property(sets, sets, fc.nat(), (a, b, at) => {
        expect(areSamePacked(packRanges(a), packRanges(a.slice()))).toBe(true);
        const isSame = a.length === b.length && a.every((seq, i) => seq === b[i]);
        expect(areSamePacked(packRanges(a), packRanges(b))).toBe(isSame);
        const seq = a[at % Math.max(1, a.length)];
        if (seq === undefined) return;
        expect(areSamePacked(packRanges(a), packRanges(subtractRanges(a, oneRange(seq, seq))))).toBe(false);
      }),
    );
  });
});

function bytesOf({ buffer, byteOffset, byteLength }: SequenceRanges): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

describe('a set of sequences in parts', () => {
  const parts = fc
    .array(fc.array(short, { minLength: 1, maxLength: 30, size: 'max' }), { maxLength: 6, size: 'max' })
    .map((given) => {
      let first = 1n;
      return given.map((lengths) => {
        const ranges = fromLengths(first, lengths);
        first = (ranges.at(-1) ?? 0n) + (lengths[0] ?? 1n);
        return ranges;
      });
    });

  it('is the set that they make up', () => {
    fc.assert(
      fc.property(parts, fc.bigInt({ min: 0n, max: 400n }), fc.nat(50), (given, from, length) => {
        const set = new SequenceParts(given.map(packRanges));
        const whole = mergeRanges(given);
        expect([...set.ranges()]).toEqual([...eachRange(whole)]);
        expect([set.first, set.last]).toEqual([whole[0] ?? null, whole.at(-1) ?? null]);
        expect(set.count).toBe(BigInt([...eachSequence(whole)].length));
        const to = from + BigInt(length);
        expect(set.within(from, to)).toEqual(clipRanges(whole, from, to));
        expect(set.countWithin(from, to)).toBe(countSequences(clipRanges(whole, from, to)));
        expect(set.has(from)).toBe(hasSequence(whole, from));
        expect(set.missing(oneRange(from, to))).toEqual(subtractRanges(oneRange(from, to), whole));
        expect([...set.gaps(from, to)]).toEqual([...eachRange(subtractRanges(oneRange(from, to), whole))]);
        expect(set.lowest(length)).toEqual(lowestSequences(whole, length));
        expect([...eachSequence(set.lowest(length))]).toEqual([...eachSequence(whole)].slice(0, length));
      }),
    );
  });

  it('lends what it holds until the next question, and gives what is not taken back', () => {
    const asked = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 400n }), fc.bigInt({ min: -1n, max: 400n })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(parts, asked, (given, questions) => {
        const set = new SequenceParts(given.map(packRanges));
        const whole = mergeRanges(given);
        const taken = questions.map(([from, more]) => {
          const expected = clipRanges(whole, from, from + more);
          expect(set.lend(from, from + more)).toEqual(expected);
          return { own: set.within(from, from + more), expected };
        });
        for (const { own, expected } of taken) expect(own).toEqual(expected);
      }),
    );
  });

  it('what is given is no longer the memory in which the next part is unpacked', () => {
    const [low, high] = [BigUint64Array.of(1n, 2n, 4n, 5n), BigUint64Array.of(11n, 12n, 14n, 15n)];
    const set = new SequenceParts([packRanges(low), packRanges(high)]);
    const given = set.within(1n, 9n);
    expect(set.lend(10n, 20n)).toEqual(high);
    expect(given).toEqual(low);
  });

  it('is built of pairs that touch or not', () => {
    const pairs = fc.array(fc.tuple(fc.bigInt({ min: 1n, max: 3n }), short), { maxLength: 40 });
    fc.assert(
      fc.property(pairs, fc.constantFrom(1, 3000), (steps, repeated) => {
        const builder = new PartsBuilder();
        const one = new RangeBuilder();
        let next = 1n;
        for (let i = 0; i < repeated; i++)
          for (const [step, length] of steps) {
            const from = next + step - 1n;
            builder.add(from, from + length - 1n);
            one.add(from, from + length - 1n);
            next = from + length;
          }
        const [set, whole] = [builder.take(), one.take()];
        expect(set.count).toBe(countSequences(whole));
        expect(Buffer.compare(bytesOf(set.within(0n, next)), bytesOf(whole))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('falls into windows that hold no more than they may, and all of it', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 12 }), (given, n, p) => {
        const set = new SequenceParts(given.map(packRanges));
        const windows: SequenceRanges[] = [];
        for (let from = 0n; ;) {
          const to = set.windowEnd(from, { sequences: n, pairs: p });
          if (to === null) break;
          windows.push(set.within(from, to));
          from = to + 1n;
        }
        for (const window of windows) {
          expect([...eachSequence(window)].length).toBeGreaterThan(0);
          expect([...eachSequence(window)].length).toBeLessThanOrEqual(n);
          expect(window.length / 2).toBeLessThanOrEqual(p);
        }
        expect(windows.flatMap((window) => [...eachSequence(window)])).toEqual([
          ...eachSequence(mergeRanges(given)),
        ]);
      }),
    );
  });
});
