import { stringifyJson, type JsonObject } from '../../core/json.ts';
import type { ManifestState } from './types.ts';

/** A state as backup.json and state.json of a V2 archive have it (format.md 8.4, 9.1). */
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
  };
}

/** Writes backup.json, indented as the `nats` CLI does (format.md 9.1). */
export function writeManifest(config: JsonObject, state: ManifestState): Uint8Array {
  return new TextEncoder().encode(stringifyJson({ config, state: declaredStateJson(state) }, 2));
}
