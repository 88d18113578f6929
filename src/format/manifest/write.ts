import { stringifyJson, type JsonObject } from '../../core/json.ts';
import { countSequences, eachRange, eachSequence, type SequenceRanges } from '../../core/sequence-ranges.ts';
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
    ...(state.lost === undefined || state.lost.length === 0
      ? {}
      : { lost: lostJson(state.lost, state.lostMessages) }),
  };
}

const MOST_LISTED = 100_000n;

/** Of more, backup.json would be too large to be read. */
const MOST_PAIRS = 250_000;

/** The NATS API lists every sequence; where that is beyond all use, `ranges` has the pairs from, to. */
function lostJson(lost: SequenceRanges, lostMessages: bigint | undefined): JsonObject {
  const sequences = countSequences(lost);
  const isFewer = lostMessages !== undefined && lostMessages < sequences;
  return {
    msgs: sequences > MOST_LISTED ? [] : [...eachSequence(lost)],
    bytes: 0,
    ...(isFewer ? { messages: lostMessages } : {}),
    ...(sequences > MOST_LISTED ? { ranges: lost.length / 2 > MOST_PAIRS ? [] : [...eachRange(lost)] } : {}),
  };
}

/** Writes backup.json, indented as the `nats` CLI does, which overlooks other fields such as `notes` has. */
export function writeManifest(config: JsonObject, state: ManifestState, notes: object = {}): Uint8Array {
  return new TextEncoder().encode(stringifyJson({ config, state: declaredStateJson(state), ...notes }, 2));
}
