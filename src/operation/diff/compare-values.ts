import { isJsonObject } from '../../core/json.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { ValueChange } from './types.ts';

const ZERO_TIMES = new Set(['0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z']);
/** Written by servers and dropped by the client where they say what holds anyway. */
const DEFAULTS: Readonly<Record<string, JsonValue>> = {
  compression: 'none',
  persist_mode: 'default',
  max_msgs: -1,
  max_bytes: -1,
  max_msg_size: -1,
  max_consumers: -1,
  max_msgs_per_subject: -1,
  max_waiting: 512,
};
/** What servers add to their answers and never store. */
const ANSWERS_ONLY = new Set(['_nats.ver', '_nats.level']);

/** Every value that differs, by dotted path, in order. Absent, zero and default are the same: clients drop them. */
export function valueChanges(a: JsonObject, b: JsonObject): ValueChange[] {
  return objectChanges(a, b, '');
}

function objectChanges(a: JsonObject, b: JsonObject, prefix: string): ValueChange[] {
  const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted(inOrder);
  return fields
    .filter((field) => !ANSWERS_ONLY.has(field))
    .flatMap((field) => fieldChanges(`${prefix}${field}`, field, a[field] ?? null, b[field] ?? null));
}

/** Sequences by number, the rest by text. */
function inOrder(a: string, b: string): number {
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return a.length - b.length || (a < b ? -1 : 1);
  return a < b ? -1 : 1;
}

function fieldChanges(path: string, field: string, a: JsonValue, b: JsonValue): ValueChange[] {
  const [isUnsetA, isUnsetB] = [isUnset(field, a), isUnset(field, b)];
  if (isUnsetA && isUnsetB) return [];
  if (isJsonObject(a) && isJsonObject(b)) return objectChanges(a, b, `${path}.`);
  if (isJsonObject(a) && isUnsetB) return objectChanges(a, {}, `${path}.`);
  if (isUnsetA && isJsonObject(b)) return objectChanges({}, b, `${path}.`);
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every(isJsonObject))
    return a.flatMap((value: JsonValue, i) =>
      fieldChanges(`${path}.${i}`, field, value, (b as JsonValue[])[i] ?? null),
    );
  return isEqual(a, b) ? [] : [{ path, a, b }];
}

function isUnset(field: string, value: JsonValue): boolean {
  if (value === null || value === false || value === '') return true;
  if (value === 0 || value === 0n || value === DEFAULTS[field]) return true;
  if (typeof value === 'string') return ZERO_TIMES.has(value);
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).every((key) => isUnset(key, value[key] ?? null));
}

/** Integers are equal by value, whether or not they fit a double. */
function isEqual(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return (
      a.length === b.length && a.every((value: JsonValue, i) => isEqual(value, (b as JsonValue[])[i] ?? null))
    );
  if (isJsonObject(a) && isJsonObject(b)) return objectChanges(a, b, '').length === 0;
  return a === b;
}
