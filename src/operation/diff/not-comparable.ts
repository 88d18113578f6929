import { isNoTime } from './compare-states.ts';
import type { NotComparable } from './types.ts';
import type { Side } from './side.ts';

/** What one of the two sides does not carry, in the order of the report. */
export function notComparable(a: Side, b: Side, isMapped: boolean): Set<NotComparable> {
  const either = (lacks: (side: Side) => boolean): boolean => lacks(a) || lacks(b);
  const rules: readonly (readonly [NotComparable, boolean])[] = [
    ['created', either((side) => side.archive.created === null)],
    ['config', either((side) => side.archive.config === null)],
    ['state', either((side) => side.state === null)],
    ['state.bytes', isMapped],
    ['state.last_ts', a.state !== null && b.state !== null && isLastTimeKnown(a) !== isLastTimeKnown(b)],
    ['messages', either((side) => side.live === null)],
    ['consumers', either(hasNoConsumers)],
    ['consumers.created', either((side) => isWithoutConsumerTimes(side))],
    ['consumers.state', either((side) => side.archive.form === 'config')],
    ['consumers.memory', a.archive.form === 'v2' ? b.archive.form !== 'v2' : b.archive.form === 'v2'],
  ];
  return new Set(rules.flatMap(([what, holds]) => (holds ? [what] : [])));
}

/** A stream without a last sequence has no such time to know. */
function isLastTimeKnown({ state }: Side): boolean {
  return state === null || state.last_seq === 0n || !isNoTime(state.last_ts);
}

function hasNoConsumers({ archive }: Side): boolean {
  return archive.encrypted !== null || (archive.config === null && archive.consumers.length === 0);
}

function isWithoutConsumerTimes({ archive }: Side): boolean {
  return archive.form === 'v2' || archive.form === 'config';
}
