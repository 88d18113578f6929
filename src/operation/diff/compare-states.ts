import { GO_ZERO_TIME } from '../../model/stream-state.ts';
import type { Json, JsonObject, StreamState } from '../types.ts';
import { valueChanges } from './compare-values.ts';
import type { NotComparable, ValueChange } from './types.ts';

/** What differs between two states. How many consumers there are is told by the consumers themselves. */
export function stateChanges(
  a: StreamState | null,
  b: StreamState | null,
  skipped: ReadonlySet<NotComparable>,
): ValueChange[] {
  if (a === null || b === null) return [];
  return valueChanges(comparable(a, skipped), comparable(b, skipped));
}

function comparable(state: StreamState, skipped: ReadonlySet<NotComparable>): JsonObject {
  const isUnused = BigInt(state.messages) === 0n && state.last_seq === 0n;
  const fields: [string, Json][] = [
    ['messages', BigInt(state.messages)],
    // A stream that never had a message begins at 0 or at 1, as the version likes.
    ['first_seq', isUnused ? 0n : state.first_seq],
    ['first_ts', timeOf(state.first_ts)],
    ['last_seq', state.last_seq],
    ['num_deleted', isUnused ? 0n : BigInt(state.num_deleted ?? 0)],
  ];
  if (!skipped.has('state.bytes')) fields.push(['bytes', BigInt(state.bytes ?? 0)]);
  if (!skipped.has('state.last_ts')) fields.push(['last_ts', timeOf(state.last_ts)]);
  return Object.fromEntries(fields);
}

function timeOf(text: string | null): string {
  return text ?? GO_ZERO_TIME;
}
