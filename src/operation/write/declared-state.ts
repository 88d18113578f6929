import type { ManifestState } from '../../format/manifest/types.ts';
import type { LostBefore } from '../../model/lost-before.ts';
import { countDeleted, timeText, type StateNumbers } from '../../model/stream-state.ts';

/** A state as backup.json and state.json declare it. */
export function declaredState(state: StateNumbers, consumerCount: number, lost?: LostBefore): ManifestState {
  return {
    ...(lost === undefined ? {} : { lost: lost.seqs, lostMessages: lost.messages }),
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
