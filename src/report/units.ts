import { plural } from '../core/plural.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Bytes as the `nats` CLI writes them: `1.2 MiB`. */
export function bytesText(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(value < 10 ? 1 : 0)} ${UNITS[unit] ?? ''}`;
}

/** A count with commas. */
export function countText(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 block`, `2 blocks`. */
export function counted(count: number | bigint, noun: string): string {
  return plural(count, noun, countText(count));
}

/** A count, or a dash where nothing is known. */
export function countOrDash(count: number | bigint | null | undefined): string {
  return count === null || count === undefined ? '-' : countText(count);
}

/** RFC 3339 cut to what a person reads: `2026-11-21 00:03:55`; a dash where there is none. */
export function timeShort(text: string | null): string {
  if (text === null || text.startsWith('0001-01-01') || text.startsWith('1970-01-01T00:00:00Z')) return '-';
  return text.slice(0, 19).replace('T', ' ');
}
