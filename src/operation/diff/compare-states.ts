import { GO_ZERO_TIME } from '../../model/stream-state.ts';
import type { JsonValue } from '../../core/json.ts';
import type { StreamState } from '../types.ts';
import type { NotComparable, ValueChange } from './types.ts';

/** What differs between two states. How many consumers there are is told by the consumers themselves. */
export function stateChanges(
  a: StreamState | null,
  b: StreamState | null,
  skipped: ReadonlySet<NotComparable>,
): ValueChange[] {
  if (a === null || b === null) return [];
  const other = comparable(b, skipped);
  return [...comparable(a, skipped)].flatMap(([path, value]): ValueChange[] => {
    const counterpart = other.get(path) ?? null;
    return value === counterpart ? [] : [{ path, a: value, b: counterpart }];
  });
}

function comparable(state: StreamState, skipped: ReadonlySet<NotComparable>): ReadonlyMap<string, JsonValue> {
  const isUnused = BigInt(state.messages) === 0n && state.last_seq === 0n;
  const fields: [string, JsonValue][] = [
    ['messages', BigInt(state.messages)],
    // A stream that never had a message begins at 0 or at 1, as the version likes.
    ['first_seq', isUnused ? 0n : state.first_seq],
    ['first_ts', timeOf(state.first_ts)],
    ['last_seq', state.last_seq],
    ['num_deleted', isUnused ? 0n : BigInt(state.num_deleted ?? 0)],
  ];
  if (!skipped.has('state.bytes')) fields.push(['bytes', BigInt(state.bytes ?? 0)]);
  if (!skipped.has('state.last_ts')) fields.push(['last_ts', timeOf(state.last_ts)]);
  return new Map(fields);
}

/** What stands for a time that nothing knows; the last is what servers make of the first in nanoseconds. */
const NO_TIMES = new Set([GO_ZERO_TIME, '1970-01-01T00:00:00Z', '1754-08-30T22:43:41.128654848Z']);

export function isNoTime(text: string | null): boolean {
  return text === null || NO_TIMES.has(text);
}

function timeOf(text: string | null): string {
  return text === null || isNoTime(text) ? GO_ZERO_TIME : text;
}
