import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import { isTimeNs, parseTimeNs } from '../../core/time.ts';
import type { Fail } from './json-reader.ts';

/** What a record has room for: its two highest bits are flags. */
export function isSequence(seq: bigint): boolean {
  return seq >= 0n && seq <= MAX_SEQUENCE;
}

/** Reads the fields of one object of a document; where one is not as it must be it stops, with its place and name. */
export class Fields {
  readonly #object: JsonObject;
  readonly #label: string;
  readonly #fail: Fail;

  /** `label`: what the object is, in words. */
  constructor(value: JsonValue | undefined, label: string, fail: Fail) {
    this.#label = label;
    this.#fail = fail;
    this.#object = isJsonObject(value) ? value : fail(`${label}: an object expected`);
  }

  /** Stops at a field that is none of these: it would be lost. */
  only(...names: readonly string[]): this {
    const other = Object.keys(this.#object).find((name) => !names.includes(name));
    if (other !== undefined) this.#fail(`${this.#label}: ${other} is not known here`);
    return this;
  }

  isNull(name: string): boolean {
    return this.get(name) === null;
  }

  get(name: string): JsonValue | undefined {
    return this.#object[name];
  }

  text(name: string): string {
    const value = this.get(name);
    return typeof value === 'string' ? value : this.wrong(name, 'a text');
  }

  textOrNull(name: string): string | null {
    return this.isNull(name) ? null : this.text(name);
  }

  /** An integer from 0 to the highest sequence a record can have. */
  count(name: string): bigint {
    const value = this.get(name);
    const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
    const count = isInteger ? BigInt(value) : -1n;
    return isSequence(count) ? count : this.wrong(name, 'a number from 0 to 2^62 - 1');
  }

  countOrNull(name: string): bigint | null {
    return this.get(name) === undefined || this.isNull(name) ? null : this.count(name);
  }

  /** RFC 3339 as ns since 1970. */
  timeNs(name: string): bigint {
    const timeNs = parseTimeNs(this.text(name));
    return timeNs !== null && isTimeNs(timeNs)
      ? timeNs
      : this.wrong(name, 'a time of RFC 3339 between 1677 and 2262');
  }

  object(name: string): JsonObject {
    const value = this.get(name);
    return isJsonObject(value) ? value : this.wrong(name, 'an object');
  }

  objectOrNull(name: string): JsonObject | null {
    return this.isNull(name) ? null : this.object(name);
  }

  fields(name: string): Fields {
    return new Fields(this.get(name), `${this.#label}: ${name}`, this.#fail);
  }

  /** The objects of a list. */
  list(name: string): Fields[] {
    const value = this.get(name);
    if (!Array.isArray(value)) return this.wrong(name, 'a list');
    return (value as readonly JsonValue[]).map(
      (item, i) => new Fields(item, `${this.#label}: ${name}[${i}]`, this.#fail),
    );
  }

  wrong(name: string, wanted: string): never {
    const state = this.get(name) === undefined ? 'is missing' : 'is something else';
    return this.#fail(`${this.#label}: ${name} ${state}, ${wanted} expected`);
  }

  /** Stops where something that fields say together cannot be. */
  must(holds: boolean, what: string): void {
    if (!holds) this.#fail(`${this.#label}: ${what}`);
  }
}
