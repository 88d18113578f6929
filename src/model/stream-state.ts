import type { SequenceParts } from '../core/sequence-parts.ts';
import { clipRanges, eachRange } from '../core/sequence-ranges.ts';
import { unpackRanges } from '../core/packed-ranges.ts';
import { formatTimeNs, isTimeNs, parseTimeNs } from '../core/time.ts';
import type { JsonObject } from '../core/json.ts';
import type { StreamIndex } from '../format/index/types.ts';
import type { MessageTotals } from '../kernels/types.ts';
import { highestSequence, type BlockLiveSet } from './live-set.ts';
import type { StreamArchive } from './stream-archive.ts';

/** A stream's state in exact numbers; times are ns, 0n = no time, null = the files cannot tell. */
export interface StateNumbers {
  readonly messages: bigint;
  readonly bytes: bigint;
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint | null;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint | null;
  readonly numSubjects: number | null;
  /** null = not asked for, or unknown. */
  readonly deleted: DeletedSequences | null;
}

/** Sequences within first..last that no message has. */
export interface DeletedSequences {
  readonly count: bigint;
  /** Walks the runs of them, ascending; anew each time. */
  ranges(): Iterable<readonly [bigint, bigint]>;
}

/** What Go prints for a time that was never set, and what servers up to 2.9 print for it after a restart. */
export const GO_ZERO_TIME = '0001-01-01T00:00:00Z';

/** The state as index.db tells it. */
export function stateFromIndex(index: StreamIndex): StateNumbers {
  return {
    messages: index.messages,
    bytes: index.bytes,
    firstSeq: index.firstSeq,
    firstTimeNs: index.firstTimeNs,
    lastSeq: index.lastSeq,
    lastTimeNs: index.lastTimeNs,
    numSubjects: index.numSubjects,
    deleted: deletedOf(() => deletedInIndex(index)),
  };
}

function deletedOf(ranges: DeletedSequences['ranges']): DeletedSequences {
  let count = 0n;
  for (const [from, to] of ranges()) count += to - from + 1n;
  return { count, ranges };
}

/** index.db lists what each block lost; what lies between blocks is gone as well. */
function* deletedInIndex(index: StreamIndex): Generator<readonly [bigint, bigint]> {
  let next = index.firstSeq;
  for (const block of index.blocks) {
    if (block.lastSeq < block.firstSeq || block.lastSeq < next) continue;
    if (block.firstSeq > next) yield [next, block.firstSeq - 1n];
    yield* eachRange(clipRanges(unpackRanges(block.deleted), index.firstSeq, block.lastSeq));
    next = block.lastSeq + 1n;
  }
  if (next <= index.lastSeq && index.messages > 0n) yield [next, index.lastSeq];
}

/** The live messages added up. */
export type LiveTotals = Omit<MessageTotals, 'subjectDigest'>;

/**
 * The state a server rebuilds from blocks alone (and the `.idx` files of 2.9 beside them). `live`: null where the deleted
 * sequences are not wanted.
 */
export function stateFromBlocks(
  archive: StreamArchive,
  sets: readonly BlockLiveSet[],
  live: SequenceParts | null,
  totals: LiveTotals,
  numSubjects: number | null,
): StateNumbers {
  const end = endOf(archive, sets);
  const isEmpty = totals.messages === 0;
  const lastSeq = end.seq > totals.lastSeq ? end.seq : totals.lastSeq;
  const firstSeq = isEmpty
    ? lastSeq === 0n
      ? firstOfConfig(archive.config)
      : lastSeq + 1n
    : totals.firstSeq;
  return {
    messages: BigInt(totals.messages),
    bytes: BigInt(totals.bytes),
    firstSeq,
    firstTimeNs: isEmpty ? 0n : totals.firstTimeNs,
    lastSeq: firstSeq > lastSeq + 1n ? firstSeq - 1n : lastSeq,
    lastTimeNs: lastSeq === totals.lastSeq && !isEmpty ? totals.lastTimeNs : end.timeNs,
    numSubjects,
    deleted: live === null ? null : deletedBetween(live, firstSeq, lastSeq),
  };
}

/** The gaps of `live` within first..last. */
export function deletedBetween(live: SequenceParts, firstSeq: bigint, lastSeq: bigint): DeletedSequences {
  // Of a stream that never had a message both are 0, which is no sequence.
  const from = firstSeq > 0n ? firstSeq : 1n;
  const span = lastSeq < from ? 0n : lastSeq - from + 1n;
  return {
    count: span - live.countWithin(from, lastSeq),
    ranges: () => live.gaps(from, lastSeq),
  };
}

interface StreamEnd {
  readonly seq: bigint;
  readonly timeNs: bigint | null;
}

/** The last sequence that was ever given out, as far as records and index files know. */
function endOf(archive: StreamArchive, sets: readonly BlockLiveSet[]): StreamEnd {
  let end: StreamEnd = { seq: 0n, timeNs: 0n };
  for (const set of sets) {
    const highest = highestSequence(set.scan);
    if (highest > end.seq) end = { seq: highest, timeNs: timeOf(set, highest) };
    const indexed = set.block.sidecar;
    if (indexed !== null && indexed.lastSeq > end.seq)
      end = { seq: indexed.lastSeq, timeNs: indexed.lastTimeNs };
    else if (indexed !== null && set.block.sidecarCurrent && indexed.lastSeq === end.seq)
      end = { seq: end.seq, timeNs: indexed.lastTimeNs };
  }
  if (archive.index !== null && archive.index.lastSeq > end.seq)
    end = { seq: archive.index.lastSeq, timeNs: archive.index.lastTimeNs };
  return end;
}

function timeOf(set: BlockLiveSet, seq: bigint): bigint | null {
  if (set.scan.lastSeq === seq) return set.scan.lastTimeNs;
  const erased = set.scan.erasedSeqs.lastIndexOf(seq);
  if (erased >= 0) return set.scan.erasedTimesNs[erased] ?? null;
  const buried = set.scan.tombstoneSeqs.lastIndexOf(seq);
  return buried < 0 ? null : (set.scan.tombstoneTimesNs[buried] ?? null);
}

function firstOfConfig(config: JsonObject | null): bigint {
  const first = config?.['first_seq'];
  return typeof first === 'number' || typeof first === 'bigint' ? BigInt(first) : 0n;
}

/** RFC 3339 with nanoseconds; a time that was never set as Go prints it. */
export function timeText(timeNs: bigint | null): string | null {
  if (timeNs === null) return null;
  return timeNs === 0n ? GO_ZERO_TIME : formatTimeNs(timeNs);
}

/** The reverse of `timeText` for a time that an archive declares: none, and one that no record can have, is 0n. */
export function declaredTimeNs(text: string | null): bigint {
  const timeNs = text === null ? null : parseTimeNs(text);
  return timeNs !== null && isTimeNs(timeNs) ? timeNs : 0n;
}

/** Deleted sequences within first..last; none in a stream that never had a message, though servers asked for details list 0. */
export function countDeleted(state: StateNumbers): bigint {
  if (state.deleted !== null) return state.deleted.count;
  if (state.lastSeq === 0n) return 0n;
  const span = state.lastSeq - state.firstSeq + 1n - state.messages;
  return span > 0n ? span : 0n;
}
