import { isIndexCut } from '../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../check/stream-evidence.ts';
import type { SequenceParts } from '../core/sequence-parts.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
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
 * Of a stream that removes what consumers acknowledge: that messages are there which all of them are past. It proves nothing, since
 * a message that was delivered too often stays. null where there is none, or a current index vouches for them.
 */
export function pastConsumers(
  { config, consumers, indexStanding }: StreamArchive,
  live: SequenceParts,
): string | null {
  const retention = config?.['retention'];
  if (indexStanding === 'current' || (retention !== 'workqueue' && retention !== 'interest')) return null;
  const floors = consumers.map(({ state }) => state?.ackFloor.streamSeq ?? 0n);
  const floor = floors.reduce((low, seq) => (seq < low ? seq : low), floors[0] ?? 0n);
  const messages = live.countWithin(1n, floor);
  if (messages === 0n) return null;
  return `${messages} messages up to sequence ${floor} are here, which every consumer has acknowledged or passed over: they may have been deleted`;
}
