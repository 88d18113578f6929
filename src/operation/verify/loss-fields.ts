import { countSequences, eachRange, mergeRanges, oneRange } from '../../core/sequence-ranges.ts';
import type { CopyLosses } from '../salvage/copy-losses.ts';
import type { VerifyStreamReport } from '../types.ts';

type LossFields = Pick<
  VerifyStreamReport,
  'lost' | 'lost_messages' | 'repairable_messages' | 'doubtful_messages'
>;

/** What a report says of losses: doubtful ones are among them, and counted apart. */
export function lossFields({ lost, messages, repairable, suspected }: CopyLosses): LossFields {
  const suspects = Object.values(suspected)
    .flat()
    .map(([from, to]) => oneRange(from, to));
  const doubtful = countSequences(mergeRanges(suspects));
  const msgs = mergeRanges([...lost.msgs.map(([from, to]) => oneRange(from, to)), ...suspects]);
  return {
    lost: { msgs: [...eachRange(msgs)], bytes: lost.bytes },
    lost_messages: messages + doubtful,
    repairable_messages: repairable,
    doubtful_messages: doubtful,
  };
}
