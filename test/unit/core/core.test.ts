import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../../src/core/bytes/cursor.ts';
import { parseJson, stringifyJson } from '../../../src/core/json.ts';
import { matchesName } from '../../../src/core/name.ts';
import * as ranges from '../../../src/core/sequence-ranges.ts';
import { isSubjectPattern, subjectMatches } from '../../../src/core/subject.ts';
import { formatDurationNs, formatTimeNs, isGoTime, parseAgeNs, parseTimeNs } from '../../../src/core/time.ts';
import { jsonChunks } from '../../../src/report/json.ts';

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

describe('times', () => {
  it('there and back, every nanosecond', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 18n), max: 9n * 10n ** 18n }),
        (timeNs) => parseTimeNs(formatTimeNs(timeNs)) === timeNs,
      ),
    );
    expect(formatTimeNs(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
    expect(formatTimeNs(1n)).toBe('1970-01-01T00:00:00.000000001Z');
    expect(formatTimeNs(0n)).toBe('1970-01-01T00:00:00Z');
    expect(formatTimeNs(1795216239741415100n)).toBe('2026-11-20T23:10:39.7414151Z');
    for (const text of ['2026-11-21T00:00:00Z', '2026-11-21T0:00:00,25+01:00', '0001-01-01T00:00:00Z'])
      expect(isGoTime(text)).toBe(true);
    for (const text of ['', '2026-11-21 00:00:00Z', '2026-11-21t00:00:00z', '2026-02-30T00:00:00Z'])
      expect(isGoTime(text)).toBe(false);
    expect(parseTimeNs('2026-11-21T00:00:00.5+01:00')).toBe(parseTimeNs('2026-11-20T23:00:00.5Z'));
    for (const text of ['2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', 'now', ''])
      expect(parseTimeNs(text)).toBeNull();
  });

  it('ages and durations', () => {
    expect(parseAgeNs('1h30m')).toBe(5400n * 10n ** 9n);
    expect(parseAgeNs('7d')).toBe(604800n * 10n ** 9n);
    expect(parseAgeNs('7')).toBeNull();
    expect(formatDurationNs(183_600n * 10n ** 9n)).toBe('2d3h');
    expect(formatDurationNs(120n * 10n ** 9n)).toBe('2m');
  });
});

describe('JSON', () => {
  it('keeps every digit', () => {
    const text = '{"a":9007199254753337,"b":[18446744073709551615,-1,0.5],"c":"[[[["}';
    const parsed = parseJson(text);
    expect(parsed).toMatchObject({
      ok: true,
      value: { a: 9007199254753337n, b: [18446744073709551615n, -1, 0.5] },
    });
    expect(parsed.ok && stringifyJson(parsed.value)).toBe(text);
  });

  it('refuses what is none, and what is too deep, without throwing', () => {
    for (const text of ['', '{', '{"a":}', '[1,]', '['.repeat(5000)]) expect(parseJson(text).ok).toBe(false);
    expect(parseJson(JSON.stringify({ text: '['.repeat(5000) })).ok).toBe(true);
  });

  it('reports are written as JSON.stringify would', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse([...jsonChunks(value)].join(''))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

it('subjects', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['a.b', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['>', 'a', true],
    ['*.b', 'a.b', true],
    ['a.b', 'a.c', false],
    ['*', 'a.b', false],
  ];
  for (const [pattern, subject, matches] of cases)
    expect(subjectMatches(pattern, subject), `${pattern} ${subject}`).toBe(matches);
  for (const text of ['', 'a..b', '.a', 'a b', '>.a']) expect(isSubjectPattern(text)).toBe(false);
});

it('names', () => {
  expect(matchesName('OR*', 'ORDERS')).toBe(true);
  expect(matchesName('*D*S', 'ORDERS')).toBe(true);
  expect(matchesName('AB*BA', 'ABA')).toBe(false);
  expect(matchesName('$G', '$G')).toBe(true);
  expect(matchesName('*'.repeat(30) + 'x', 'y'.repeat(200))).toBe(false);
});

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
