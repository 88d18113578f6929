/** Nanoseconds. */
export const NS_PER_SECOND = 1_000_000_000n;

/** The second that was last formatted: times mostly come in order, many within one second. */
let knownSecondNs = 0n;
let knownSecondText = '1970-01-01T00:00:00';

/** RFC 3339 in UTC with nanoseconds, as Go prints it: no trailing zeros. Years outside 0..9999 do not occur in i64 ns. */
export function formatTimeNs(timeNs: bigint): string {
  let fraction = Number(timeNs - knownSecondNs);
  if (!(fraction >= 0 && fraction < 1e9)) {
    fraction = Number(((timeNs % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND);
    knownSecondNs = timeNs - BigInt(fraction);
    knownSecondText = new Date(Number(knownSecondNs / 1_000_000n)).toISOString().slice(0, 19);
  }
  if (fraction === 0) return `${knownSecondText}Z`;
  let digits = 9;
  for (; fraction % 10 === 0; digits--) fraction /= 10;
  return `${knownSecondText}.${String(fraction).padStart(digits, '0')}Z`;
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Reads RFC 3339 into ns since 1970; null where the text is none. Go's zero time (year 1) reads as it stands. */
export function parseTimeNs(text: string): bigint | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [, date = '', clock = '', fraction = '', zone = 'Z'] = match;
  const secondText = `${date}T${clock}${zone.toUpperCase()}`;
  if (secondText !== parsedSecondText) {
    const milliseconds = secondOf(secondText, date);
    if (milliseconds === null) return null;
    [parsedSecondText, parsedSecondMs] = [secondText, milliseconds];
  }
  return BigInt(parsedSecondMs) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

const GO_TIME = /^\d{4}-\d{2}-\d{2}T\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether Go reads a text as the time of a JSON document: RFC 3339 in capitals, a comma is a point. */
export function isGoTime(text: string): boolean {
  return GO_TIME.test(text) && parseTimeNs(text.replace(',', '.').replace(/T(\d):/, 'T0$1:')) !== null;
}

/** Whether a time fits a record. */
export function isTimeNs(timeNs: bigint): boolean {
  return BigInt.asIntN(64, timeNs) === timeNs;
}

/** The second that was last read. */
let [parsedSecondText, parsedSecondMs] = ['1970-01-01T00:00:00Z', 0];

function secondOf(text: string, date: string): number | null {
  const milliseconds = Date.parse(text);
  // Date.parse takes 30 February for 1 March.
  const day = new Date(Date.parse(`${date}T00:00:00Z`));
  const isDay = !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
  return Number.isNaN(milliseconds) || !isDay ? null : milliseconds;
}

const AGE_UNITS_NS: Readonly<Record<string, bigint>> = {
  ms: 1_000_000n,
  s: NS_PER_SECOND,
  m: 60n * NS_PER_SECOND,
  h: 3600n * NS_PER_SECOND,
  d: 86_400n * NS_PER_SECOND,
  w: 604_800n * NS_PER_SECOND,
};

/** Reads an age such as `2h`, `7d`, `1h30m` into ns; null where the text is none. */
export function parseAgeNs(text: string): bigint | null {
  if (!/^(\d+(ms|[smhdw]))+$/.test(text)) return null;
  let total = 0n;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g))
    total += BigInt(count ?? 0) * (AGE_UNITS_NS[unit ?? ''] ?? 0n);
  return total;
}

/** A duration as operators write it: `2d3h`, `1m30s`, `250ms`; at most two units. */
export function formatDurationNs(durationNs: bigint): string {
  if (durationNs === 0n) return '0s';
  const parts: string[] = [];
  let rest = durationNs;
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = AGE_UNITS_NS[unit] ?? 1n;
    if (rest >= size && parts.length < 2) {
      parts.push(`${rest / size}${unit}`);
      rest %= size;
    }
  }
  return parts.length === 0 ? `${durationNs}ns` : parts.join('');
}
