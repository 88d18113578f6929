import type { JsonObject, JsonValue } from '../../core/json.ts';
import { oncePer } from '../../core/once-per.ts';
import type { Fault } from '../../findings/finding.ts';
import { validateConsumerConfig, validateStreamConfig } from '../generated/validators.ts';

interface SchemaError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: { readonly additionalProperty?: string };
  readonly message?: string;
}

interface Validator {
  (value: unknown): boolean;
  errors?: readonly SchemaError[] | null;
}

const MAX_NAME_BYTES = 255;

/** What a server would not accept in a stream's configuration, and fields that no version up to 2.15 knows. */
export const streamConfigFaults: (config: JsonObject) => readonly Fault[] = oncePer((config: JsonObject) =>
  faultsOf(config, validateStreamConfig as Validator),
);

/** The same for a consumer's. */
export const consumerConfigFaults: (config: JsonObject) => readonly Fault[] = oncePer((config: JsonObject) =>
  faultsOf(config, validateConsumerConfig as Validator),
);

/** Without the fields that no server accepts, and those that none knows: what damage leaves of a configuration. */
export function withoutFaults(
  config: JsonObject,
  check: (config: JsonObject) => readonly Fault[],
): JsonObject {
  const bad = new Set(check(config).map(({ data }) => String(data?.['field']).split('.')[0]));
  return Object.fromEntries(Object.entries(config).filter(([field]) => !bad.has(field)));
}

function faultsOf(config: JsonObject, validate: Validator): Fault[] {
  const name = config['name'];
  const isNameLong = typeof name === 'string' && Buffer.byteLength(name) > MAX_NAME_BYTES;
  const checked = isPlain(config) ? config : plain(config);
  const faults: Fault[] = validate(checked) ? [] : (validate.errors ?? []).map(faultOf);
  if (!isNameLong) return faults;
  return [
    ...faults,
    { code: 'CFG_SCHEMA_VIOLATION', data: { field: 'name', rule: `over ${MAX_NAME_BYTES} bytes` } },
  ];
}

function faultOf(error: SchemaError): Fault {
  const field = error.instancePath.slice(1).replaceAll('/', '.');
  const unknown = error.keyword === 'additionalProperties' ? error.params.additionalProperty : undefined;
  if (unknown !== undefined)
    return { code: 'CFG_UNKNOWN_FIELD', data: { field: field === '' ? unknown : `${field}.${unknown}` } };
  const isNoTime = error.keyword === 'pattern' && field.endsWith('_time');
  const rule = isNoTime ? 'must be a time' : (error.message ?? '');
  return { code: 'CFG_SCHEMA_VIOLATION', data: { field: field || '(whole)', rule } };
}

/** Whether there is nothing in it that the validators do not know. */
function isPlain(value: JsonValue): boolean {
  if (typeof value !== 'object') return typeof value !== 'bigint';
  return value !== null && Object.values(value).every(isPlain);
}

/**
 * The validators know numbers only: a bigint is checked as the number nearest to it. Go reads a null as a field that is
 * not there.
 */
function plain(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, own]) => own !== null);
  return Object.fromEntries(present.map(([field, own]) => [field, plain(own)]));
}
