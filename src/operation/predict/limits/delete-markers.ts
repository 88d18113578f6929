import { hasSequence, type SequenceRanges } from '../../../core/sequence-ranges.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import type { RecoveredStream } from '../rules/recovered.ts';

/** A marker leaves none itself; nor does the purge of a key in a bucket. */
const MARKER = /^(?:Nats-Marker-Reason:|KV-Operation: *PURGE\r?$)/im;

/**
 * `subject_delete_marker_ttl`: for each subject whose last message went by its age or TTL the server stores a marker behind
 * the stream's end (server: subjectDeleteMarkerIfNeeded, handleRemovalOrSdm). `before`: with the messages of `gone`;
 * `after`: without.
 */
export function addDeleteMarkers(
  before: RecoveredStream,
  after: RecoveredStream,
  gone: SequenceRanges,
  queries: RecordQueries,
): RecoveredStream {
  const left = new Map<string, number>();
  const lastIsMarker = new Map<string, boolean>();
  queries.eachRecord(before.blocks, ({ seq, subject, header }) => {
    const isGone = hasSequence(gone, seq);
    left.set(subject, (left.get(subject) ?? 0) + (isGone ? 0 : 1));
    if (isGone) lastIsMarker.set(subject, MARKER.test(header));
  });
  const marked = [...lastIsMarker].filter(([subject, isMarker]) => !isMarker && left.get(subject) === 0);
  const count = BigInt(marked.length);
  if (count === 0n) return after;
  return {
    ...after,
    messages: after.messages + count,
    firstSeq: after.messages === 0n ? after.lastSeq + 1n : after.firstSeq,
    lastSeq: after.lastSeq + count,
  };
}
