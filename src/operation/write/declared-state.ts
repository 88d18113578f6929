import type { ManifestState } from '../../format/manifest/types.ts';
import { mergeRanges, oneRange } from '../../core/sequence-ranges.ts';
import { countDeleted, timeText, type StateNumbers } from '../../model/stream-state.ts';
import type { Lost } from './types.ts';

/** A state as backup.json and state.json declare it. */
export function declaredState(state: StateNumbers, consumerCount: number, lost?: Lost): ManifestState {
  return {
    ...(lost === undefined ? {} : { lost: mergeRanges(lost.msgs.map(([from, to]) => oneRange(from, to))) }),
    messages: state.messages,
    bytes: state.bytes,
    firstSeq: state.firstSeq,
    firstTime: timeText(state.firstTimeNs ?? 0n),
    lastSeq: state.lastSeq,
    lastTime: timeText(state.lastTimeNs ?? 0n),
    numSubjects: state.numSubjects,
    numDeleted: countDeleted(state),
    consumerCount,
  };
}
