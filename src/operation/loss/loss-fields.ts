import { unionOf } from '../../core/loose-ranges.ts';
import { eachRange } from '../../core/sequence-ranges.ts';
import type { CopyLosses } from './copy-losses.ts';
import type { LossFields } from '../types.ts';

/** What a report says of losses: doubtful ones are among them, and counted apart. */
export function lossFields({
  lost,
  messages,
  repairable,
  suspected,
  doubtful,
}: Omit<CopyLosses, 'owner' | 'isWhole'>): LossFields {
  const suspects = Object.values(suspected);
  const msgs = suspects.every(({ length }) => length === 0)
    ? lost.msgs
    : [...eachRange(unionOf([lost.msgs, ...suspects]))];
  return {
    lost: { msgs, bytes: lost.bytes },
    lost_messages: messages + doubtful,
    repairable_messages: repairable,
    doubtful_messages: doubtful,
  };
}
