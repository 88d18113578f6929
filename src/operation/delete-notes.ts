import { isIndexCut } from '../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../check/stream-evidence.ts';
import type { SequenceParts } from '../core/sequence-parts.ts';
import {
  countSequences,
  MAX_SEQUENCE,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../core/sequence-ranges.ts';
import type { ConsumerArchive, StreamArchive } from '../model/stream-archive.ts';
import type { DeleteNote } from './delete-note.ts';
import { isCarrierHit } from './salvage/carrier-damage.ts';

/** What an archive that was read tells of deleted messages, and what it cannot tell. */
export function deleteNotes({ archive, sets, live, indexDeletes }: StreamEvidence): DeleteNote[] {
  const { account, name: stream, index } = archive;
  const notes: DeleteNote[] = [];
  const say = (code: DeleteNote['code'], text: string): void => {
    notes.push({ code, account, stream, text });
  };
  if (indexDeletes?.isProven === true)
    say(
      'DELETES_PROVEN',
      `${indexDeletes.messages} messages that index.db proves deleted are left out; it is not current, so a server rebuilds from the blocks and has them again`,
    );
  if (indexDeletes?.isProven === false)
    say(
      'DELETES_UNKNOWN',
      `index.db is of another stream of this name, or of another course of it, and proves nothing: ${indexDeletes.messages} messages that it calls deleted are here`,
    );
  if (live.count === 0n) return notes;
  if (index === null && isCarrierHit(archive))
    say(
      'DELETES_UNKNOWN',
      'damage took index.db: messages whose deletes only it, or what is gone with it, told may be here',
    );
  if (isIndexCut(archive, sets)) say('DELETES_UNKNOWN', CUT_BEHIND_INDEX);
  const past = pastConsumers(archive, live);
  if (past !== null) say('DELETES_UNKNOWN', past);
  return notes;
}

/** Why it is not known which messages were deleted of a stream whose last block is cut. */
export const CUT_BEHIND_INDEX =
  'the end of the last block that index.db knows is gone: messages that were deleted after index.db was written may be here';

/**
 * Of a stream that removes what consumers acknowledge: that messages are there for which none of them waits. It proves nothing,
 * since a message that was delivered too often stays. null where there is none, or a current index vouches for them.
 */
export function pastConsumers(
  { config, consumers, indexStanding }: StreamArchive,
  live: SequenceParts,
): string | null {
  const retention = config?.['retention'];
  if (indexStanding === 'current' || (retention !== 'workqueue' && retention !== 'interest')) return null;
  if (consumers.length === 0) return null;
  const past = subtractRanges(oneRange(1n, MAX_SEQUENCE), mergeRanges(consumers.map(awaited)));
  const messages = countSequences(past) - countSequences(live.missing(past));
  if (messages === 0n) return null;
  return `${messages} messages are here for which no consumer waits, up to sequence ${past.at(-1)}: acknowledged or passed over, they may have been deleted`;
}

/** What a consumer was not given yet, or has not acknowledged; all where its position is not known. */
function awaited({ state }: ConsumerArchive): SequenceRanges {
  if (state === null) return oneRange(1n, MAX_SEQUENCE);
  const { pending, delivered } = state;
  const undelivered =
    delivered.streamSeq < MAX_SEQUENCE ? oneRange(delivered.streamSeq + 1n, MAX_SEQUENCE) : NO_SEQUENCES;
  return mergeRanges([rangesOf(pending.streamSeqs), undelivered]);
}
