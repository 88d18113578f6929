import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDurationNs, formatTimeNs, isGoTime, parseAgeNs, parseTimeNs } from '../../../src/core/time.ts';

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
