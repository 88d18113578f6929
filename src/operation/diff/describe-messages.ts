import {
  countSequences,
  eachRange,
  hasSequence,
  intersectRanges,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { SubjectMapping } from '../../core/subject-map.ts';
import type { MessageSets } from './compare-messages.ts';
import { differingFields, messageDetails, type MessageDetail } from './message-details.ts';
import type { Side } from './side.ts';
import {
  MOST_CHANGED_LISTED,
  type ChangedMessage,
  type MessageExample,
  type MessagesDiff,
  type SequencePairs,
} from './types.ts';

/** How much is told. */
export interface DescribeOptions {
  readonly mappings: readonly SubjectMapping[];
  readonly stat: boolean;
  readonly show: number;
}

/** Tells what differs in the messages that do: for a bounded number of them, the lowest. Throws SourceError. */
export async function describeMessages(
  a: Side,
  b: Side,
  sets: MessageSets,
  options: DescribeOptions,
): Promise<MessagesDiff> {
  const listed = options.stat ? NO_SEQUENCES : lowest(sets.changed, MOST_CHANGED_LISTED);
  const first = [sets.onlyA, sets.onlyB, sets.changed].map((set) => lowest(set, options.show));
  const shown = lowest(mergeRanges(first), options.show);
  const wanted = mergeRanges([listed, shown]);
  const [ofA, ofB] = [
    await messageDetails(a, {
      wanted: intersectRanges(wanted, a.live ?? NO_SEQUENCES),
      shown,
      mappings: options.mappings,
    }),
    await messageDetails(b, { wanted: intersectRanges(wanted, b.live ?? NO_SEQUENCES), shown, mappings: [] }),
  ];
  return {
    only_a: pairsOf(sets.onlyA),
    only_b: pairsOf(sets.onlyB),
    changed: changedMessages(listed, ofA, ofB),
    totals: {
      same: sets.same,
      only_a: countSequences(sets.onlyA),
      only_b: countSequences(sets.onlyB),
      changed: countSequences(sets.changed),
    },
    ...(options.show === 0 ? {} : { examples: examplesOf(shown, ofA, ofB) }),
  };
}

/** The first `count` of a set. */
function lowest(ranges: SequenceRanges, count: number): SequenceRanges {
  let left = BigInt(count);
  const kept: SequenceRanges[] = [];
  for (const [from, to] of eachRange(ranges)) {
    if (left <= 0n) break;
    const end = to - from + 1n > left ? from + left - 1n : to;
    kept.push(oneRange(from, end));
    left -= end - from + 1n;
  }
  return mergeRanges(kept);
}

/** Walked anew each time, so that a set of any size can be written out. */
function pairsOf(ranges: SequenceRanges): SequencePairs {
  return { [Symbol.iterator]: () => eachRange(ranges) };
}

type Details = ReadonlyMap<bigint, MessageDetail>;

function changedMessages(listed: SequenceRanges, ofA: Details, ofB: Details): ChangedMessage[] {
  const changed: ChangedMessage[] = [];
  for (const [seq, a] of ofA) {
    const b = ofB.get(seq);
    if (b === undefined || !hasSequence(listed, seq)) continue;
    changed.push({ seq, subject: a.subject, fields: differingFields(a, b) });
  }
  return changed;
}

function examplesOf(shown: SequenceRanges, ofA: Details, ofB: Details): MessageExample[] {
  const examples: MessageExample[] = [];
  for (const [from, to] of eachRange(shown))
    for (let seq = from; seq <= to; seq++)
      examples.push({ seq, a: ofA.get(seq)?.shown ?? null, b: ofB.get(seq)?.shown ?? null });
  return examples;
}
