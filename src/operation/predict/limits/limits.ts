import { unpackRanges } from '../../../core/packed-ranges.ts';
import { integerField, type JsonObject } from '../../../core/json.ts';
import {
  countSequences,
  mergeRanges,
  NO_SEQUENCES,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import { keepNewest } from '../../../model/live-set.ts';
import { foundByNumber, hasCopies, removeOldest } from '../rebuild/copied-blocks.ts';
import { addDeleteMarkers } from './delete-markers.ts';
import { stumbleAtLimit, type OldestLimit } from '../walks/limit-walk.ts';
import { expiredByTtl } from './message-ttl.ts';
import type { Opening } from '../rebuild/opening.ts';
import { removeMessages } from '../rebuild/rebuild-stream.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import {
  isServed,
  liveMessages,
  type NotServed,
  type RecoveredBlock,
  type RecoveredStream,
} from '../rules/recovered.ts';
import { runSchedules } from './schedules.ts';
import { countedBytes, panicOnRemoval, unreadableBytes, unreadableIn } from '../walks/unreadable.ts';

/**
 * What a server takes out of a stream it has just opened, in its order (format/block/README.md).
 */
export function enforceLimits(opened: RecoveredStream, opening: Opening): RecoveredStream | NotServed {
  const { queries, rules, config, atNs } = opening;
  const discardsOld = config['discard'] !== 'new' || rules.limitsRefusing;
  const limited = discardsOld ? enforceOldest(opened, opening) : opened;
  if (!isServed(limited)) return limited;
  let stream = limited;
  const aged = overAge(stream, config, queries, atNs);
  const beforeAge = stream;
  stream = enforce(stream, aged);
  stream = enforce(stream, overSubjects(stream, config, queries));
  const firstSeq = rules.firstSequence ? positive(config, 'first_seq') : 0n;
  if (stream.firstSeq < firstSeq) return purgedBefore(stream, firstSeq);
  const hasTtl = rules.messageTtl && config['allow_msg_ttl'] === true;
  const leavesMarkers = rules.messageTtl && positive(config, 'subject_delete_marker_ttl') > 0n;
  const expired = hasTtl ? expiredByTtl(stream, queries, rules, leavesMarkers, atNs) : NO_SEQUENCES;
  const left = enforce(stream, expired);
  const gone = mergeRanges([aged, expired]);
  const marked = leavesMarkers && gone.length > 0 ? addDeleteMarkers(beforeAge, left, gone, queries) : left;
  const runsSchedules = rules.messageSchedules && config['allow_msg_schedules'] === true;
  return runsSchedules ? runSchedules(marked, queries, atNs) : marked;
}

/** A stream that begins before its `first_seq` is purged: it ends where it did, or right before that. */
function purgedBefore({ lastSeq }: RecoveredStream, firstSeq: bigint): RecoveredStream {
  const last = lastSeq >= firstSeq ? lastSeq : firstSeq - 1n;
  return { isIndexed: false, blocks: [], messages: 0n, firstSeq: last + 1n, lastSeq: last };
}

/** max_msgs, then max_bytes. */
function enforceOldest(opened: RecoveredStream, opening: Opening): RecoveredStream | NotServed {
  const { config } = opening;
  const counted = enforceMessages(opened, config);
  const sized = enforceBytes(counted, opened, opening);
  return (
    (counted === opened ? null : stumbleAtLimit(opened, () => messageLimit(opened, config), opening)) ??
    (sized === counted ? null : stumbleAtLimit(counted, () => byteLimit(counted, opening), opening)) ??
    panicOnRemoval(opened, sized, opening) ??
    sized
  );
}

function enforce(stream: RecoveredStream, gone: SequenceRanges): RecoveredStream {
  return gone.length === 0 ? stream : removeMessages(stream, gone);
}

/** A limit that is set; 0n where it is not. */
function positive(config: JsonObject, field: string): bigint {
  const value = integerField(config, field) ?? 0n;
  return value > 0n ? value : 0n;
}

function liveOf(stream: RecoveredStream): SequenceRanges {
  return mergeRanges(stream.blocks.map((block) => unpackRanges(block.live)));
}

function enforceMessages(stream: RecoveredStream, config: JsonObject): RecoveredStream {
  const limit = positive(config, 'max_msgs');
  if (limit === 0n || stream.messages <= limit) return stream;
  const excess = stream.messages - limit;
  if (hasCopies(stream)) return removeOldest(stream, excess);
  const live = liveOf(stream);
  const left = countSequences(live) - excess;
  return enforce(stream, left <= 0n ? live : subtractRanges(live, keepNewest(live, left)));
}

/** `opened`: the stream before any limit. */
function enforceBytes(stream: RecoveredStream, opened: RecoveredStream, opening: Opening): RecoveredStream {
  const { config, queries } = opening;
  const limit = Number(positive(config, 'max_bytes'));
  const { archive } = queries;
  const fileBytes = stream.blocks.reduce((sum, { block }) => sum + block.entry.sizeBytes, 0);
  const isPacked = config['compression'] === 's2';
  const mostBytes = stream.isIndexed ? Number(archive.index?.bytes ?? 0n) : isPacked ? Infinity : fileBytes;
  if (limit === 0 || mostBytes <= limit) return stream;
  const unreadable = unreadableBytes(opened, opening);
  if (unreadable > 0 && stream.isIndexed && !hasCopies(stream))
    return enforce(stream, oldestCounted(stream, limit, opening));
  const left = limit - unreadable;
  if (hasCopies(stream)) return removeOldest(stream, BigInt(oldestBeyond(stream, left, queries).length));
  const gone = queries.once(`bytes ${left}`, stream, () => {
    const taken = stream.isIndexed ? null : queries.takenByIndex(stream);
    return taken ?? rangesOf(BigUint64Array.from(oldestBeyond(stream, left, queries)));
  });
  return enforce(stream, gone);
}

function messageLimit({ messages }: RecoveredStream, config: JsonObject): OldestLimit {
  return {
    excess: Number(messages - positive(config, 'max_msgs')),
    counted: (block) => Number(block.messages),
    beyond: ({ live }, over) => {
      const kept = keepNewest(unpackRanges(live), live.count - BigInt(over));
      return { taken: Number(live.count - countSequences(kept)), fromSeq: kept[0] ?? null };
    },
  };
}

function byteLimit(stream: RecoveredStream, { config, queries }: Opening): OldestLimit {
  const counted = (block: RecoveredBlock): number => countedBytes(block, stream, queries);
  return {
    excess: stream.blocks.reduce(
      (sum, block) => sum + counted(block),
      -Number(positive(config, 'max_bytes')),
    ),
    counted,
    beyond: (block, over) => {
      let taken = 0;
      let fromSeq: bigint | null = null;
      queries.eachRecord([block], ({ seq, recordBytes }) => {
        if (taken < over) taken += recordBytes;
        else if (fromSeq === null || seq < fromSeq) fromSeq = seq;
      });
      return { taken, fromSeq };
    },
  };
}

/** The messages that go, block by block, until no more bytes are left than `limitBytes`. */
function oldestBeyond(
  stream: RecoveredStream,
  limitBytes: number,
  queries: RecordQueries,
): readonly bigint[] {
  let excess = -limitBytes;
  queries.eachRecord(stream.blocks, ({ recordBytes }) => (excess += recordBytes));
  const gone: bigint[] = [];
  for (const block of stream.blocks) {
    if (excess <= 0) break;
    queries.eachRecord([block], ({ seq, recordBytes }) => {
      if (excess > 0) gone.push(seq);
      excess -= recordBytes;
    });
  }
  return gone;
}

/**
 * The same where an index that is believed counts messages that cannot be read: one of them goes with a block that is taken whole; else
 * the server cuts its block there, and gives the limit up.
 */
function oldestCounted(stream: RecoveredStream, limitBytes: number, opening: Opening): SequenceRanges {
  const { queries, rules } = opening;
  const counted = stream.blocks.map((block) => countedBytes(block, stream, queries));
  let excess = counted.reduce((sum, bytes) => sum + bytes, -limitBytes);
  const gone: SequenceRanges[] = [];
  for (const [i, block] of stream.blocks.entries()) {
    if (excess <= 0) break;
    const heldBytes = counted[i] ?? 0;
    if (rules.limitsTakeBlocks && excess > heldBytes) {
      gone.push(unpackRanges(block.live));
      excess -= heldBytes;
      continue;
    }
    const [firstBad = null] = unreadableIn(block, stream, opening);
    const taken: bigint[] = [];
    queries.eachRecord([block], ({ seq, recordBytes }) => {
      if (excess <= 0 || (firstBad !== null && seq > firstBad)) return;
      taken.push(seq);
      excess -= recordBytes;
    });
    const isCut = firstBad !== null && excess > 0;
    gone.push(isCut ? unpackRanges(block.live) : rangesOf(BigUint64Array.from(taken)));
    if (isCut) break;
  }
  return mergeRanges(gone);
}

/** Whole blocks by their last time, and the old messages of the first block that has younger ones. */
function overAge(
  stream: RecoveredStream,
  config: JsonObject,
  queries: RecordQueries,
  atNs: bigint,
): SequenceRanges {
  const maxAgeNs = positive(config, 'max_age');
  if (maxAgeNs === 0n) return NO_SEQUENCES;
  const oldestNs = atNs - maxAgeNs;
  const gone: SequenceRanges[] = [];
  for (const block of stream.blocks) {
    if (oldestNs < block.firstTimeNs) break;
    if (block.lastTimeNs <= oldestNs) {
      gone.push(unpackRanges(block.live));
      continue;
    }
    const old: bigint[] = [];
    let isDone = false;
    queries.eachRecord([block], ({ seq, timeNs }) => {
      isDone ||= oldestNs < timeNs;
      if (!isDone) old.push(seq);
    });
    gone.push(rangesOf(BigUint64Array.from(old)));
    break;
  }
  return mergeRanges(gone);
}

/** The oldest messages of each subject that has too many. */
function overSubjects(stream: RecoveredStream, config: JsonObject, queries: RecordQueries): SequenceRanges {
  const limit = Number(positive(config, 'max_msgs_per_subject'));
  if (limit === 0 || liveMessages(stream) <= BigInt(limit)) return NO_SEQUENCES;
  const most = stream.isIndexed ? queries.mostOfOneSubject : mostByFiles(stream);
  if (most !== null && most <= BigInt(limit)) return NO_SEQUENCES;
  return queries.once('subjects', stream, () => {
    const taken = hasCopies(stream) ? null : queries.takenByLimits(stream);
    if (taken !== null) return taken;
    const counts = new Map<string, number>();
    queries.eachRecord(stream.blocks, ({ subject }) => counts.set(subject, (counts.get(subject) ?? 0) + 1));
    if ([...counts.values()].every((count) => count <= limit)) return NO_SEQUENCES;
    const gone: bigint[] = [];
    queries.eachRecord(foundByNumber(stream.blocks), ({ subject, seq }) => {
      const left = counts.get(subject) ?? 0;
      if (left <= limit) return;
      counts.set(subject, left - 1);
      gone.push(seq);
    });
    return rangesOf(BigUint64Array.from(gone));
  });
}

/** How many messages of one subject `.fss` files tell of; null where they do not tell of all. */
function mostByFiles({ blocks }: RecoveredStream): bigint | null {
  const counts = new Map<string, bigint>();
  for (const { subjects } of blocks) {
    if (subjects === null || subjects === undefined) return null;
    for (const { subject, messages } of subjects) {
      const text = Buffer.from(subject).toString('latin1');
      counts.set(text, (counts.get(text) ?? 0n) + messages);
    }
  }
  return [...counts.values()].reduce((most, count) => (count > most ? count : most), 0n);
}
