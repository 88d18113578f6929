import type { JsonObject } from '../core/json.ts';
import { NO_SEQUENCES } from '../core/sequence-ranges.ts';
import { parseTimeNs } from '../core/time.ts';
import { writeBlockIndex } from '../format/block-index/write.ts';
import { writeIndex } from '../format/index/write.ts';
import type { IndexContent } from '../format/index/types.ts';
import { writeSchedule } from '../format/schedule/write.ts';
import type { ScheduleFile } from '../format/schedule/types.ts';
import { writeTtlWheel } from '../format/ttl-wheel/write.ts';
import type { BlockLayout, StreamLayout } from './stream-layout.ts';

/** What the indexes say of a stream that was written: `lastSeq` counts deleted messages too. */
export interface StreamEnd {
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
}

/**
 * index.db of a stream that was written, in the lowest version that can tell about it, since servers read lower
 * versions than their own (format/index/README.md). null: it has no block, or too many subjects; a server rebuilds it then.
 */
export function indexFile(
  layout: StreamLayout,
  config: JsonObject,
  streamName: string,
  end: StreamEnd,
): Uint8Array | null {
  const last = layout.blocks.at(-1);
  const subjects = layout.subjects();
  if (last === undefined || subjects === null) return null;
  const first = layout.blocks.find((block) => block.messages > 0);
  const index: IndexContent = {
    version: lowestVersion(layout.blocks, config),
    messages: BigInt(layout.messages),
    bytes: BigInt(layout.bytes),
    firstSeq: first?.firstSeq ?? end.lastSeq + 1n,
    firstTimeNs: first?.firstTimeNs ?? 0n,
    lastSeq: end.lastSeq,
    lastTimeNs: end.lastTimeNs,
    numSubjects: layout.numSubjects ?? 0,
    subjects,
    blocks: layout.blocks.map((block) => ({
      ...block,
      bytes: BigInt(block.bytes),
      numDeleted: countDeleted(block),
    })),
    lastBlockIndex: last.index,
    lastChecksum: last.lastChecksum,
  };
  return writeIndex(index, streamName);
}

/** Only streams that allow them have their messages with a TTL or schedule counted. */
function lowestVersion(blocks: readonly BlockLayout[], config: JsonObject): number {
  if (config['allow_msg_schedules'] === true && blocks.some((block) => block.schedules > 0)) return 3;
  return config['allow_msg_ttl'] === true && blocks.some((block) => block.ttls > 0) ? 2 : 1;
}

/**
 * `1.idx` of a stream whose messages are all deleted: servers up to 2.9 know its last sequence from nowhere else;
 * null for any other stream.
 */
export function emptyBlockIndexFile(layout: StreamLayout, end: StreamEnd): Uint8Array | null {
  const [block] = layout.blocks;
  if (block === undefined || layout.messages > 0) return null;
  return writeBlockIndex({
    messages: 0n,
    bytes: 0n,
    firstSeq: end.lastSeq + 1n,
    firstTimeNs: 0n,
    lastSeq: end.lastSeq,
    lastTimeNs: end.lastTimeNs,
    deleted: NO_SEQUENCES,
    lastChecksum: block.lastChecksum,
  });
}

function countDeleted(block: BlockLayout): bigint {
  return block.lastSeq - block.firstSeq + 1n - BigInt(block.messages);
}

/** thw.db; null where there are too many messages with a TTL: a server looks for them itself then. */
export function ttlFile(layout: StreamLayout, end: StreamEnd): Uint8Array | null {
  const expiries = layout.expiries();
  if (expiries === null) return null;
  return writeTtlWheel({
    stamp: end.lastSeq + 1n,
    seqs: BigUint64Array.from(expiries, ({ seq }) => seq),
    expiresNs: BigInt64Array.from(expiries, ({ expiresNs }) => expiresNs),
  });
}

/**
 * sched.db; when a message is due next comes from the source's own sched.db or, for `@at`, from its header. null where
 * neither tells: a server works it out itself then.
 */
export function scheduleFile(
  layout: StreamLayout,
  end: StreamEnd,
  source: ScheduleFile | null,
): Uint8Array | null {
  const known = new Map<bigint, bigint>();
  source?.seqs.forEach((seq, i) => known.set(seq, source.nextNs[i] ?? 0n));
  const due: { subject: Uint8Array; seq: bigint; nextNs: bigint }[] = [];
  for (const [subject, { seq, pattern }] of layout.scheduled) {
    const nextNs = known.get(seq) ?? atTimeNs(pattern);
    if (nextNs === null) return null;
    due.push({ subject: Buffer.from(subject, 'latin1'), seq, nextNs });
  }
  return writeSchedule({
    stamp: end.lastSeq + 1n,
    subjects: due.map(({ subject }) => subject),
    seqs: BigUint64Array.from(due, ({ seq }) => seq),
    nextNs: BigInt64Array.from(due, ({ nextNs }) => nextNs),
  });
}

function atTimeNs(pattern: string): bigint | null {
  return pattern.startsWith('@at ') ? parseTimeNs(pattern.slice('@at '.length)) : null;
}
