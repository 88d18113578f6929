import { stringifyJson, type JsonObject } from '../../core/json.ts';
import {
  countSequences,
  eachRange,
  eachSequence,
  NO_SEQUENCES,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
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
    ...(isListed(state.lost) ? { lost: { msgs: [...eachSequence(state.lost)], bytes: 0 } } : {}),
  };
}

const MOST_LISTED = 100_000n;

/** Of more, backup.json would be too large to be read. */
const MOST_PAIRS = 250_000;

/** The NATS API lists every sequence (LostStreamData). */
function isListed(lost: SequenceRanges | undefined): lost is SequenceRanges {
  return lost !== undefined && lost.length > 0 && countSequences(lost) <= MOST_LISTED;
}

/** Whether backup.json can tell which messages were lost. */
export function canTellLost(lost: SequenceRanges): boolean {
  return lost.length / 2 <= MOST_PAIRS;
}

/** What the NATS API has no field for stands beside the state: servers refuse states with fields that they do not know. */
function lostBeside({ lost = NO_SEQUENCES, lostMessages }: ManifestState): JsonObject {
  const isFewer = lostMessages !== undefined && lostMessages < countSequences(lost);
  const hasRanges = lost.length > 0 && !isListed(lost) && canTellLost(lost);
  if (!isFewer && !hasRanges) return {};
  return {
    lost: {
      ...(isFewer ? { messages: lostMessages } : {}),
      ...(hasRanges ? { ranges: [...eachRange(lost)] } : {}),
    },
  };
}

/** Writes backup.json, indented as the `nats` CLI does, which overlooks other fields such as `notes` has. */
export function writeManifest(config: JsonObject, state: ManifestState, notes: object = {}): Uint8Array {
  return new TextEncoder().encode(
    stringifyJson({ config, state: declaredStateJson(state), ...lostBeside(state), ...notes }, 2),
  );
}
