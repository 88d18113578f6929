import type { ManifestState } from '../../format/manifest/types.ts';
import { RangeBuilder } from '../../core/range-builder.ts';
import type { SequenceRanges } from '../../core/sequence-ranges.ts';
import { countDeleted, timeText, type StateNumbers } from '../../model/stream-state.ts';
import type { Lost } from './types.ts';

/** A state as backup.json and state.json declare it. */
export function declaredState(state: StateNumbers, consumerCount: number, lost?: Lost): ManifestState {
  return {
    ...(lost === undefined ? {} : { lost: rangesOfLost(lost) }),
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

function rangesOfLost({ msgs }: Lost): SequenceRanges {
  const lost = new RangeBuilder(msgs.length);
  for (const [from, to] of msgs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) lost.add(from, to);
  return lost.take();
}
