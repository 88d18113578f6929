import { integerField, type JsonObject } from '../../core/json.ts';
import {
  countSequences,
  mergeRanges,
  NO_SEQUENCES,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import { keepNewest } from '../../model/live-set.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { expiredByTtl } from './message-ttl.ts';
import { eachLiveRecord } from './live-records.ts';
import { removeMessages } from './rebuild-stream.ts';
import type { RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

/** What a server takes out of a stream it has just opened, in its order (format.md section 4). `atNs`: its clock. */
export function enforceLimits(
  opened: RecoveredStream,
  archive: StreamArchive,
  rules: ServerRules,
  atNs: bigint,
): RecoveredStream {
  const { config } = archive;
  if (config === null) return opened;
  const discardsOld = config['discard'] !== 'new';
  let stream = opened;
  if (discardsOld) stream = enforce(stream, overMessages(stream, config));
  if (discardsOld) stream = enforce(stream, overBytes(stream, archive, config));
  stream = enforce(stream, overAge(stream, archive, config, atNs));
  stream = enforce(stream, overSubjects(stream, archive, config));
  const firstSeq = positive(config, 'first_seq');
  if (stream.firstSeq < firstSeq) return { blocks: [], messages: 0n, firstSeq, lastSeq: firstSeq - 1n };
  return enforce(stream, rules.messageTtl ? expiredByTtl(stream, archive, atNs) : NO_SEQUENCES);
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
  return mergeRanges(stream.blocks.map((block) => block.live));
}

function overMessages(stream: RecoveredStream, config: JsonObject): SequenceRanges {
  const limit = positive(config, 'max_msgs');
  if (limit === 0n || stream.messages <= limit) return NO_SEQUENCES;
  const live = liveOf(stream);
  return subtractRanges(live, keepNewest(live, limit));
}

function overBytes(stream: RecoveredStream, archive: StreamArchive, config: JsonObject): SequenceRanges {
  const limit = Number(positive(config, 'max_bytes'));
  const mostBytes = stream.blocks.reduce((sum, { block }) => sum + block.entry.sizeBytes, 0);
  const isPacked = archive.blocks.some(({ entry }) => entry.sizeBytes === 0) || config['compression'] === 's2';
  if (limit === 0 || (mostBytes <= limit && !isPacked)) return NO_SEQUENCES;
  let excess = -limit;
  for (const block of stream.blocks)
    eachLiveRecord(archive.name, block, ({ recordBytes }) => (excess += recordBytes));
  const gone: bigint[] = [];
  for (const block of stream.blocks) {
    if (excess <= 0) break;
    eachLiveRecord(archive.name, block, ({ seq, recordBytes }) => {
      if (excess > 0) gone.push(seq);
      excess -= recordBytes;
    });
  }
  return rangesOf(BigUint64Array.from(gone));
}

/** Whole blocks by their last time, and the old messages of the first block that has younger ones. */
function overAge(
  stream: RecoveredStream,
  archive: StreamArchive,
  config: JsonObject,
  atNs: bigint,
): SequenceRanges {
  const maxAgeNs = positive(config, 'max_age');
  if (maxAgeNs === 0n) return NO_SEQUENCES;
  const oldestNs = atNs - maxAgeNs;
  const gone: SequenceRanges[] = [];
  for (const block of stream.blocks) {
    if (oldestNs < block.firstTimeNs) break;
    if (block.lastTimeNs <= oldestNs) {
      gone.push(block.live);
      continue;
    }
    const old: bigint[] = [];
    let isDone = false;
    eachLiveRecord(archive.name, block, ({ seq, timeNs }) => {
      isDone ||= oldestNs < timeNs;
      if (!isDone) old.push(seq);
    });
    gone.push(rangesOf(BigUint64Array.from(old)));
    break;
  }
  return mergeRanges(gone);
}

/** The oldest messages of each subject that has too many. */
function overSubjects(stream: RecoveredStream, archive: StreamArchive, config: JsonObject): SequenceRanges {
  const limit = Number(positive(config, 'max_msgs_per_subject'));
  if (limit === 0 || countSequences(liveOf(stream)) <= BigInt(limit)) return NO_SEQUENCES;
  const counts = new Map<string, number>();
  for (const block of stream.blocks)
    eachLiveRecord(archive.name, block, ({ subject }) => counts.set(subject, (counts.get(subject) ?? 0) + 1));
  if ([...counts.values()].every((count) => count <= limit)) return NO_SEQUENCES;
  const gone: bigint[] = [];
  for (const block of stream.blocks)
    eachLiveRecord(archive.name, block, ({ subject, seq }) => {
      const left = counts.get(subject) ?? 0;
      if (left <= limit) return;
      counts.set(subject, left - 1);
      gone.push(seq);
    });
  return rangesOf(BigUint64Array.from(gone));
}
