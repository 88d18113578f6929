import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Fault } from '../../findings/finding.ts';
import { validateConsumerConfig, validateStreamConfig } from '../generated/validators.ts';
import { CONSUMER_FIELDS, STREAM_FIELDS } from './fields.ts';

interface SchemaError {
  readonly instancePath: string;
  readonly message?: string;
}

interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

/** What a server would not accept in a stream's configuration, and fields that no version up to 2.15 knows. */
export function streamConfigFaults(config: JsonObject): Fault[] {
  return faultsOf(config, validateStreamConfig as Validator, STREAM_FIELDS);
}

/** The same for a consumer's. */
export function consumerConfigFaults(config: JsonObject): Fault[] {
  return faultsOf(config, validateConsumerConfig as Validator, CONSUMER_FIELDS);
}

function faultsOf(config: JsonObject, validate: Validator, fields: ReadonlySet<string>): Fault[] {
  const unknown = Object.keys(config)
    .filter((field) => !fields.has(field))
    .map((field): Fault => ({ code: 'CFG_UNKNOWN_FIELD', data: { field } }));
  if (validate(plain(config))) return unknown;
  const violations = (validate.errors ?? []).map((error): Fault => ({
    code: 'CFG_SCHEMA_VIOLATION',
    data: { field: error.instancePath.slice(1) || '(whole)', rule: error.message ?? '' },
  }));
  return [...violations, ...unknown];
}

/** The validators know numbers only; a bigint is checked as the number nearest to it. */
function plain(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, own]) => [field, plain(own)]));
}
