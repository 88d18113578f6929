import { unionOf } from '../../core/loose-ranges.ts';
import {
  countSequences,
  intersectRanges,
  oneRange,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { Lost } from '../types.ts';
import type { SalvagedStream } from './stream/salvaged-stream.ts';
import type { Suspect } from './proofs/suspects.ts';
import type { StreamLoss } from './types.ts';

export type SuspectCode = Suspect['code'];

/** Sequences that something tells were lost with a part of the archive, unless they were deleted. */
export interface Suspected {
  readonly suspected: Readonly<Record<SuspectCode, Lost['msgs']>>;
  /** How many messages these can have been, with those that only backup.json counts: nothing tells their sequences. */
  readonly doubtful: bigint;
}

export const NOTHING_SUSPECTED: Suspected = {
  suspected: { BLK_NUMBER_MISSING: [], CON_AHEAD_OF_STREAM: [] },
  doubtful: 0n,
};

/** What of a loss is suspected; `lost`: how many messages are told as lost. */
export function suspectedOf(own: SalvagedStream, loss: StreamLoss, lost: bigint): Suspected {
  const suspected = {
    BLK_NUMBER_MISSING: rangesOf(loss, 'BLK_NUMBER_MISSING'),
    CON_AHEAD_OF_STREAM: rangesOf(loss, 'CON_AHEAD_OF_STREAM'),
  };
  const ofSequences = mostDoubtful(own, unionOf(Object.values(suspected)), lost);
  return { suspected, doubtful: ofSequences + loss.declared_more };
}

function rangesOf({ ranges }: StreamLoss, code: SuspectCode): Lost['msgs'] {
  const found: (readonly [bigint, bigint])[] = [];
  // There may be many others, each made when it is asked for.
  for (const range of ranges) if (range.code === code) found.push([range.from, range.to]);
  return found;
}

/** Of sequences that the archive counts the messages of, no more can be lost than those of its count that are not told as lost. */
function mostDoubtful(
  { areDeletesUnknown, counted }: SalvagedStream,
  suspects: SequenceRanges,
  messages: bigint,
): bigint {
  const all = countSequences(suspects);
  if (!areDeletesUnknown || counted === null) return all;
  const within = countSequences(intersectRanges(suspects, oneRange(1n, counted.lastSeq)));
  const room = counted.messages - messages;
  return all - within + (within < room ? within : room);
}
