import type { SequenceParts } from '../../core/sequence-parts.ts';
import type { DeleteNote } from '../delete-note.ts';
import { beyondMaxBytes, deletesGone, notesOn } from '../deletes/delete-notes.ts';
import type { SalvagedStream } from './stream/salvaged-stream.ts';
import type { Survey } from './survey/survey.ts';
import type { StreamLoss } from './types.ts';

/** What is left of a stream tells of deleted messages, and cannot tell; `recovered`: the messages of it that are given out. */
export function salvagedDeleteNotes(
  own: SalvagedStream,
  loss: StreamLoss,
  { recovered, total }: Survey,
): DeleteNote[] {
  const texts = deletesGone(recovered, undeletedOf(own, loss, recovered), own.untoldDeletes);
  const beyond = beyondMaxBytes(own.archive, total.bytes);
  return notesOn(own.archive, own.indexDeletes, recovered, [...texts, ...beyond]);
}

/** How many messages may be here though they were deleted, since damage took what told of it. */
export function undeletedOf(
  { areDeletesUnknown, counted }: SalvagedStream,
  loss: StreamLoss,
  recovered: SequenceParts,
): bigint {
  if (!areDeletesUnknown) return 0n;
  const told = counted?.numDeleted ?? null;
  const known = loss.deleted - loss.doubtful;
  // It counts those from its first sequence on; all below were deleted.
  const below = counted === null ? 0n : recovered.countWithin(0n, counted.firstSeq - 1n);
  const most = told === null ? loss.recovered : told - known + below;
  return most > loss.recovered ? loss.recovered : most > 0n ? most : 0n;
}
