import { rangesOf, type SequenceRanges } from '../../../core/sequence-ranges.ts';
import { parseTimeNs } from '../../../core/time.ts';
import { removeMessages } from '../rebuild/rebuild-stream.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import type { RecoveredStream } from '../rules/recovered.ts';

const AT = /^Nats-Schedule: *@at +([^\r]*?) *\r?$/im;

/**
 * Messages with a schedule `@at` a time that has passed: as soon as the stream is up the server publishes what they
 * schedule behind the stream's end, and takes them out. Where there is a sched.db it is believed, and only what was
 * stored after it is looked at. Repeating schedules are not followed.
 */
export function runSchedules(stream: RecoveredStream, queries: RecordQueries, atNs: bigint): RecoveredStream {
  const due = queries.once('schedules', stream, () => dueAt(stream, queries, atNs));
  if (due.length === 0) return stream;
  const left = removeMessages(stream, due);
  const published = stream.messages - left.messages;
  return {
    ...left,
    messages: stream.messages,
    firstSeq: left.messages === 0n ? stream.lastSeq + 1n : left.firstSeq,
    lastSeq: stream.lastSeq + published,
  };
}

/** A later schedule takes the place of an earlier one of its subject. */
function dueAt(stream: RecoveredStream, queries: RecordQueries, atNs: bigint): SequenceRanges {
  const { schedule } = queries.archive;
  const known = new Map([...(schedule?.seqs ?? [])].map((seq, i) => [seq, schedule?.nextNs[i] ?? null]));
  const next = new Map<string, { readonly seq: bigint; readonly timeNs: bigint }>();
  queries.eachRecord(stream.blocks, ({ seq, subject, header }) => {
    const isBehind = seq >= (schedule?.stamp ?? 0n);
    const timeNs = isBehind ? parseTimeNs(AT.exec(header)?.[1] ?? '') : (known.get(seq) ?? null);
    if (timeNs !== null) next.set(subject, { seq, timeNs });
  });
  const due = [...next.values()].filter(({ timeNs }) => timeNs <= atNs).map(({ seq }) => seq);
  return rangesOf(BigUint64Array.from(due).toSorted());
}
