import type { IndexDeletes, StreamEvidence } from '../../check/stream-evidence.ts';
import { plural } from '../../core/plural.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import {
  countSequences,
  MAX_SEQUENCE,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import { removalLimit } from '../../model/removal-limits.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import type { DeleteNote } from '../delete-note.ts';
import { isCarrierHit } from './carrier-damage.ts';
import { untoldDeletes, type UntoldDeletes } from './untold-deletes.ts';

/** What an archive that was read tells of deleted messages, and what it cannot tell. */
export function deleteNotes({ archive, sets, live, total, indexDeletes }: StreamEvidence): DeleteNote[] {
  const isIndexTaken = archive.index === null && isCarrierHit(archive);
  const texts = deletesGone(live, isIndexTaken ? live.count : 0n, untoldDeletes(archive, sets));
  return notesOn(archive, indexDeletes, live, [...texts, ...beyondMaxBytes(archive, total.bytes)]);
}

/** What `max_bytes` removed leaves no trace in blocks; it is not applied again here. Empty where there is nothing of it. */
export function beyondMaxBytes(
  { config, indexStanding }: Pick<StreamArchive, 'config' | 'indexStanding'>,
  bytes: number,
): string[] {
  const most = config === null ? null : removalLimit(config, 'max_bytes');
  if (indexStanding === 'current' || most === null || BigInt(bytes) <= most) return [];
  return [
    `${BigInt(bytes) - most} bytes more are here than max_bytes allows: the oldest messages are those that it had removed`,
  ];
}

/** Notes on a stream of which `gone` tells why deletes are not known. */
export function notesOn(
  archive: StreamArchive,
  indexDeletes: IndexDeletes | null,
  live: SequenceParts,
  gone: readonly string[],
): DeleteNote[] {
  const { account, name: stream } = archive;
  const note = (code: DeleteNote['code'], text: string): DeleteNote => ({ code, account, stream, text });
  const past = pastConsumersText(archive, live);
  // An index of another stream is not gone, and does not tell how the last block ended.
  const isForeign = indexDeletes?.isProven === false;
  const unknown = [...(isForeign ? [] : gone), ...(past === null ? [] : [past])];
  return [
    ...(indexDeletes === null ? [] : [indexNote(indexDeletes, note)]),
    ...unknown.map((text) => note('DELETES_UNKNOWN', text)),
  ];
}

function indexNote(
  { isProven, messages }: IndexDeletes,
  note: (code: DeleteNote['code'], text: string) => DeleteNote,
): DeleteNote {
  return isProven
    ? note(
        'DELETES_PROVEN',
        `${plural(messages, 'message')} that index.db proves deleted ${messages === 1n ? 'is' : 'are'} left out; it is not current, so a server rebuilds from the blocks and has what is deleted again`,
      )
    : note(
        'DELETES_UNKNOWN',
        `index.db is of another stream of this name, or of another course of it, and proves nothing: it calls ${plural(messages, 'message')} deleted that ${messages === 1n ? 'is' : 'are'} here`,
      );
}

/**
 * Why it is not known which of the messages that are here were deleted, where damage took what told of it. `undeleted`: how many may
 * have been, since index.db is gone.
 */
export function deletesGone(
  live: SequenceParts,
  undeleted: bigint,
  untold: readonly UntoldDeletes[],
): string[] {
  const texts: string[] = [];
  if (live.count === 0n) return texts;
  if (undeleted > 0n)
    texts.push(
      `damage took index.db: up to ${plural(undeleted, 'message')} that ${undeleted === 1n ? 'is' : 'are'} here may have been deleted, and as many more lost then`,
    );
  // Where index.db is gone, more than tombstones may be.
  const others = untold.filter(({ why }) => why !== 'dropped' || undeleted === 0n);
  return [...texts, ...others.map(({ text }) => text)];
}

/** Messages for which no consumer waits. */
interface PastConsumers {
  readonly messages: bigint;
  /** Up to which sequence. */
  readonly lastSeq: bigint;
}

/**
 * Of a stream that removes what consumers acknowledge: that messages are there for which none of them waits. It proves nothing,
 * since a message that was delivered too often stays. null where there is none, or a current index vouches for them.
 */
export function pastConsumers(
  { config, consumers, indexStanding }: StreamArchive,
  live: SequenceParts,
): PastConsumers | null {
  const retention = config?.['retention'];
  if (indexStanding === 'current' || (retention !== 'workqueue' && retention !== 'interest')) return null;
  if (consumers.length === 0) return null;
  const past = subtractRanges(oneRange(1n, MAX_SEQUENCE), mergeRanges(consumers.map(awaited)));
  const messages = countSequences(past) - countSequences(live.missing(past));
  return messages === 0n ? null : { messages, lastSeq: past.at(-1) ?? 0n };
}

/** The same in words; null where there is none. */
export function pastConsumersText(archive: StreamArchive, live: SequenceParts): string | null {
  const past = pastConsumers(archive, live);
  if (past === null) return null;
  return `${plural(past.messages, 'message')} ${past.messages === 1n ? 'is' : 'are'} here for which no consumer waits, up to sequence ${past.lastSeq}: acknowledged or passed over, they may have been deleted`;
}

/** What a consumer was not given yet, or has not acknowledged; all where its position is not known. */
function awaited({ state }: ConsumerArchive): SequenceRanges {
  if (state === null) return oneRange(1n, MAX_SEQUENCE);
  const { pending, delivered } = state;
  const undelivered =
    delivered.streamSeq < MAX_SEQUENCE ? oneRange(delivered.streamSeq + 1n, MAX_SEQUENCE) : NO_SEQUENCES;
  return mergeRanges([rangesOf(pending.streamSeqs), undelivered]);
}
