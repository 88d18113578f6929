import { stringifyJson, type JsonObject } from '../../core/json.ts';
import { countSequences, eachSequence } from '../../core/sequence-ranges.ts';
import type { ManifestState } from './types.ts';

/** A state as backup.json and state.json of a V2 archive have it. */
export function declaredStateJson(state: ManifestState): JsonObject {
  return {
    messages: state.messages,
    bytes: state.bytes,
    first_seq: state.firstSeq,
    first_ts: state.firstTime,
    last_seq: state.lastSeq,
    last_ts: state.lastTime,
    ...(state.numSubjects === null || state.numSubjects === 0 ? {} : { num_subjects: state.numSubjects }),
    ...(state.numDeleted === null || state.numDeleted === 0n ? {} : { num_deleted: state.numDeleted }),
    consumer_count: state.consumerCount,
    ...(state.lost === undefined || state.lost.length === 0 ? {} : { lost: lostJson(state.lost) }),
  };
}

const MOST_LOST = 100_000n;

/** The NATS API lists every sequence; a list beyond all use is left out. */
function lostJson(lost: BigUint64Array): JsonObject {
  return { msgs: countSequences(lost) > MOST_LOST ? [] : [...eachSequence(lost)], bytes: 0 };
}

/** Writes backup.json, indented as the `nats` CLI does, which overlooks other fields such as `notes` has. */
export function writeManifest(config: JsonObject, state: ManifestState, notes: object = {}): Uint8Array {
  return new TextEncoder().encode(stringifyJson({ config, state: declaredStateJson(state), ...notes }, 2));
}
