import { isInteger, parse, stringify } from 'lossless-json';
import { failed, ok, type Result } from './result.ts';

/** JSON without losing digits: integers beyond 2^53 are bigint. */
export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;
/** An object of JSON; a name that stands twice keeps its last value. */
export type JsonObject = { readonly [key: string]: JsonValue };

const MOST_DEPTH = 200;

/** Keeps every digit: integers beyond 2^53 become bigint. */
function parseNumber(text: string): number | bigint {
  const value = Number(text);
  return isInteger(text) && !Number.isSafeInteger(value) && !/[eE]/.test(text) ? BigInt(text) : value;
}

/** As many digits as a double may not hold. */
const LONG_NUMBER = /[0-9]{16}/;

/** With the parser of the language, which needs no time to warm up; what is wrong with a text the other one tells. */
function parseQuickly(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Reads JSON without losing digits; the fault is the reader's own sentence. */
export function parseJson(text: string): Result<JsonValue, string> {
  if (isDeep(text)) return failed(`nested deeper than ${MOST_DEPTH}`);
  const quick = LONG_NUMBER.test(text) ? undefined : parseQuickly(text);
  if (quick !== undefined) return ok(quick);
  try {
    return ok(
      parse(text, undefined, { parseNumber, onDuplicateKey: ({ newValue }) => newValue }) as JsonValue,
    );
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

/** Few texts have so many brackets that it takes a look at each letter. */
function isDeep(text: string): boolean {
  return countOf('{', text) + countOf('[', text) > MOST_DEPTH && depthOf(text) > MOST_DEPTH;
}

/** How often a letter is in a text, as far as it matters. */
function countOf(letter: string, text: string): number {
  let count = 0;
  for (let at = text.indexOf(letter); at >= 0 && count <= MOST_DEPTH; at = text.indexOf(letter, at + 1))
    count++;
  return count;
}

/** How deep brackets are nested; those inside strings do not count. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (isInString) {
      if (char === '\\') i++;
      else if (char === '"') isInString = false;
    } else if (char === '"') isInString = true;
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    else if (char === '}' || char === ']') depth--;
  }
  return deepest;
}

/** To make one takes longer than to read what a stream's files hold. */
const UTF8 = new TextDecoder();

/** Reads JSON from UTF-8 bytes and wants an object. */
export function parseJsonObject(bytes: Uint8Array): Result<JsonObject, string> {
  if (bytes.length === 0) return failed('it is empty');
  const parsed = parseJson(UTF8.decode(bytes));
  if (!parsed.ok) return parsed;
  return isJsonObject(parsed.value) ? ok(parsed.value) : failed('not an object');
}

/** Whether a value is an object, not a list and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes JSON, bigint as plain digits. */
export function stringifyJson(value: unknown, indent?: number): string {
  return stringify(value, undefined, indent) ?? 'null';
}

/** A field as an exact integer; null where it is absent or something else. */
export function integerField(object: JsonObject, field: string): bigint | null {
  const value = object[field];
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null;
}

/** A field as text; null where it is absent or something else. */
export function textField(object: JsonObject, field: string): string | null {
  const value = object[field];
  return typeof value === 'string' ? value : null;
}

/** A field as an object; null where it is absent or something else. */
export function objectField(object: JsonObject, field: string): JsonObject | null {
  const value = object[field];
  return isJsonObject(value) ? value : null;
}
