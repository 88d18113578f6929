import { integerField, objectField, parseJsonObject, textField, type JsonObject } from '../../core/json.ts';
import { failed, ok, type Result } from '../../core/result.ts';
import type { Fault } from '../../findings/finding.ts';
import type { ConsumerState, SequencePosition } from '../consumer-state/types.ts';
import { parseDeclaredState } from '../manifest/parse.ts';
import type { ManifestState } from '../manifest/types.ts';

/** One `consumers/CONS` entry of a V2 archive. */
export interface V2Consumer {
  readonly config: JsonObject;
  readonly state: ConsumerState;
}

/** Reads `state.json` of a V2 archive: a range that cannot be is refused, as the server does. */
export function parseV2State(bytes: Uint8Array): Result<ManifestState, Fault> {
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) return failed({ code: 'V2_STATE_CORRUPT', data: { reason: parsed.fault } });
  const state = parseDeclaredState(parsed.value);
  if (state === null) return failed({ code: 'V2_STATE_CORRUPT', data: { reason: 'a count that is none' } });
  const span = state.lastSeq - state.firstSeq + 1n;
  const isUnused = state.firstSeq === 0n && (state.lastSeq > 0n || state.messages > 0n);
  if (span < 0n || isUnused || (state.firstSeq > 0n && state.messages > span))
    return failed({
      code: 'V2_STATE_CORRUPT',
      data: { reason: 'first, last and messages contradict each other' },
    });
  return ok(state);
}

/** Reads a consumer entry's payload. */
export function parseV2Consumer(bytes: Uint8Array): Result<V2Consumer, Fault> {
  const parsed = parseJsonObject(bytes);
  if (!parsed.ok) return failed({ code: 'V2_CONSUMER_CORRUPT', data: { reason: parsed.fault } });
  const config = objectField(parsed.value, 'config');
  const state = objectField(parsed.value, 'state');
  if (config === null || state === null)
    return failed({ code: 'V2_CONSUMER_CORRUPT', data: { reason: 'no config or no state' } });
  const redelivered = objectField(state, 'redelivered') ?? {};
  return ok({
    config,
    state: {
      ackFloor: position(objectField(state, 'ack_floor')),
      delivered: position(objectField(state, 'delivered')),
      pending: pendingColumns(objectField(state, 'pending') ?? {}),
      redelivered: {
        streamSeqs: BigUint64Array.from(Object.keys(redelivered).filter(isDigits), BigInt),
        counts: BigUint64Array.from(
          Object.keys(redelivered).filter(isDigits),
          (seq) => integerField(redelivered, seq) ?? 0n,
        ),
      },
    },
  });
}

function isDigits(text: string): boolean {
  return /^\d{1,19}$/.test(text);
}

function position(pair: JsonObject | null): SequencePosition {
  return {
    consumerSeq: (pair === null ? null : integerField(pair, 'consumer_seq')) ?? 0n,
    streamSeq: (pair === null ? null : integerField(pair, 'stream_seq')) ?? 0n,
  };
}

function pendingColumns(bySeq: JsonObject): ConsumerState['pending'] {
  const seqs = Object.keys(bySeq).filter(isDigits);
  const details = seqs.map((seq) => objectField(bySeq, seq) ?? {});
  return {
    streamSeqs: BigUint64Array.from(seqs, BigInt),
    consumerSeqs: BigUint64Array.from(details, (entry) => integerField(entry, 'Sequence') ?? 0n),
    deliveredTimesSec: BigInt64Array.from(
      details,
      (entry) => (integerField(entry, 'Timestamp') ?? 0n) / 1_000_000_000n,
    ),
  };
}

/** A V2 consumer's name: the part of the entry name behind `consumers/`, and what its configuration says. */
export function v2ConsumerName(config: JsonObject, entryName: string): string {
  return (
    entryName.replace(/^consumers\//, '') ||
    (textField(config, 'durable_name') ?? textField(config, 'name') ?? '')
  );
}
