import { countSequences, eachRange, mergeRanges, oneRange } from '../../core/sequence-ranges.ts';
import type { CopyLosses } from '../salvage/copy-losses.ts';
import type { VerifyStreamReport } from '../types.ts';

type LossFields = Pick<
  VerifyStreamReport,
  'lost' | 'lost_messages' | 'repairable_messages' | 'doubtful_messages'
>;

/** What a report says of losses: doubtful ones are among them, and counted apart. */
export function lossFields({ lost, messages, repairable, doubtful }: CopyLosses): LossFields {
  const suspected = doubtful.map(([from, to]) => oneRange(from, to));
  const doubt = countSequences(mergeRanges(suspected));
  const msgs = mergeRanges([...lost.msgs.map(([from, to]) => oneRange(from, to)), ...suspected]);
  return {
    lost: { msgs: [...eachRange(msgs)], bytes: lost.bytes },
    lost_messages: messages + doubt,
    repairable_messages: repairable,
    doubtful_messages: doubt,
  };
}
