import {
  integerField,
  objectField,
  parseJsonObject,
  stringifyJson,
  textField,
  type JsonObject,
  type JsonValue,
} from '../../core/json.ts';
import { isGoTime } from '../../core/time.ts';
import { LooseRanges } from '../../core/loose-ranges.ts';
import { MAX_SEQUENCE, mergeRanges, rangesOf } from '../../core/sequence-ranges.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import type { Manifest, ManifestState } from './types.ts';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Reads backup.json. */
export function parseManifest(bytes: Uint8Array): Result<Manifest, Fault> {
  if (bytes.length === 0) return failed({ code: 'MAN_EMPTY' });
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) return failed({ code: 'MAN_CORRUPT', data: { reason: parsed.fault } });
  const config = asClientsRead(objectField(parsed.value, 'config'));
  const state = objectField(parsed.value, 'state');
  const hasByteOrderMark = BYTE_ORDER_MARK.every((byte, i) => bytes[i] === byte);
  if (config === null) return failed({ code: 'MAN_CORRUPT', data: { reason: 'no config' } });
  if (state === null) return ok({ config, state: null, hasByteOrderMark });
  const declared = parseDeclaredState(state, objectField(parsed.value, 'lost'));
  return declared === null
    ? failed({ code: 'MAN_CORRUPT', data: { reason: 'state' } })
    : ok({ config, state: declared, hasByteOrderMark, ...noTimeIn(state) });
}

/** Go reads a null as a time that is not there. */
function noTimeIn(state: JsonObject): Pick<Manifest, 'noTime'> {
  const times = [state['first_ts'], state['last_ts']].filter((time) => (time ?? null) !== null);
  const bad = times.find((time) => typeof time !== 'string' || !isGoTime(time));
  return bad === undefined ? {} : { noTime: stringifyJson(bad) };
}

/** Go takes a field whatever the case of its letters; of two the later. */
function asClientsRead(config: JsonObject | null): JsonObject | null {
  if (config === null || Object.keys(config).every((field) => field === field.toLowerCase())) return config;
  return Object.fromEntries(Object.entries(config).map(([field, value]) => [field.toLowerCase(), value]));
}

const COUNTS = ['messages', 'bytes', 'first_seq', 'last_seq', 'consumer_count'] as const;

/**
 * Reads a stream state as JSON: backup.json and state.json of V2 archives have the same fields. null where a count is
 * there and is none; Go reads a null as one that is not there. `beside`: what a repair tells of losses besides.
 */
export function parseDeclaredState(
  state: JsonObject,
  beside: JsonObject | null = null,
): ManifestState | null {
  const isCount = (field: string): boolean => (integerField(state, field) ?? -1n) >= 0n;
  if (COUNTS.some((field) => (state[field] ?? null) !== null && !isCount(field))) return null;
  return {
    messages: integerField(state, 'messages') ?? 0n,
    bytes: integerField(state, 'bytes') ?? 0n,
    firstSeq: integerField(state, 'first_seq') ?? 0n,
    firstTime: textField(state, 'first_ts'),
    lastSeq: integerField(state, 'last_seq') ?? 0n,
    lastTime: textField(state, 'last_ts'),
    numSubjects: numberField(state, 'num_subjects'),
    numDeleted: integerField(state, 'num_deleted'),
    consumerCount: numberField(state, 'consumer_count') ?? 0,
    ...lostMessages(objectField(state, 'lost'), beside),
  };
}

/** `msgs` of the state lists every sequence (NATS API: LostStreamData); of very many, `ranges` beside it has the pairs from, to. */
function lostMessages(
  listed: JsonObject | null,
  beside: JsonObject | null,
): Pick<ManifestState, 'lost' | 'lostMessages'> {
  const { msgs = [] } = listed ?? {};
  const { ranges } = beside ?? {};
  if ((listed === null && beside === null) || !Array.isArray(msgs)) return {};
  const behind = new LooseRanges();
  for (const pair of Array.isArray(ranges) ? ranges : []) {
    const [from, to] = Array.isArray(pair) && pair.length === 2 ? sequencesIn(pair) : [];
    if (from !== undefined && to !== undefined) behind.add(from, to);
  }
  const messages = integerField(beside ?? {}, 'messages');
  return {
    lost: mergeRanges([rangesOf(BigUint64Array.from(sequencesIn(msgs))), behind.take()]),
    ...(messages === null || messages < 0n ? {} : { lostMessages: messages }),
  };
}

function sequencesIn(list: readonly JsonValue[]): bigint[] {
  return list
    .flatMap((seq) => (typeof seq === 'bigint' || Number.isSafeInteger(seq) ? BigInt(seq as number) : []))
    .filter((seq) => seq >= 0n && seq <= MAX_SEQUENCE);
}

function numberField(object: JsonObject, field: string): number | null {
  const value = integerField(object, field);
  return value === null ? null : Number(value);
}
