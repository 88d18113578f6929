import { unpackRanges } from '../../core/packed-ranges.ts';
import type { JsonObject } from '../../core/json.ts';
import type { IndexBlock } from '../../format/index/types.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import type { BlockReading } from './read-blocks.ts';
import { packedLive } from './packed-live.ts';
import { readRecords } from './rebuild-block.ts';
import { isEndless, runsOut } from './rebuild-stream.ts';
import type { RecordQueries } from './record-queries.ts';
import type { NotServed, RecoveredBlock, RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';
import { badRecordBeforeSources } from './source-scan.ts';

/**
 * A stream whose index.db was taken, once the server has walked the blocks that its consumers and sources make it look
 * into: one in which it stumbles is rebuilt, and cut, after all.
 */
export function walkBlocks(
  stream: RecoveredStream,
  archive: StreamArchive,
  config: JsonObject,
  consumers: readonly ConsumerArchive[],
  readings: readonly BlockReading[],
  rules: ServerRules,
  isStart: boolean,
): RecoveredStream | NotServed {
  const byNumber = new Map(readings.map((reading) => [reading.block.index, reading]));
  const scanned = rules.messageTtl ? scannedBlocks(archive, config) : new Set<number>();
  const isBatchLooked =
    isStart && config['allow_atomic'] === true && rules.apiLevel !== null && rules.apiLevel >= 2;
  const lastLive = stream.blocks.findLast((block) => block.live.count > 0n);
  const isLastLooked = isBatchLooked || (rules.walksLastBlock && lastLive?.live.last === stream.lastSeq);
  const isCut = (block: RecoveredBlock): boolean =>
    isStumbling(byNumber.get(block.block.index)) &&
    (scanned.has(block.block.index) ||
      (isLastLooked && block === lastLive) ||
      isWalked(block, stream, config, consumers));
  if (!stream.isIndexed || !stream.blocks.some(isCut)) return stream;
  const walked = stream.blocks.filter(isCut).flatMap((block) => byNumber.get(block.block.index) ?? []);
  const endless = walked.find((reading) => isEndless(reading, rules));
  if (endless !== undefined) return runsOut(endless);
  const indexed = new Map(
    archive.index?.blocks.map((entry) => [
      entry.index,
      { ...entry, deleted: unpackRanges(entry.deleted), messages: packedLive(entry).count },
    ]),
  );
  const blocks = stream.blocks.flatMap((block) => {
    const reading = byNumber.get(block.block.index);
    if (reading === undefined || !isCut(block)) return [block];
    return readRecords(reading, indexed.get(block.block.index) ?? null, rules) ?? [];
  });
  const messages = blocks.reduce((sum, block) => sum + block.live.count, 0n);
  const lastSeq = blocks.reduce((last, block) => (block.lastSeq > last ? block.lastSeq : last), 0n);
  return { ...stream, blocks, messages, lastSeq, firstSeq: blocks[0]?.firstSeq ?? 0n };
}

/** What cannot be decompressed is not walked either, and left alone. */
function isStumbling(reading: BlockReading | undefined): boolean {
  return reading !== undefined && reading.isMisaligned && reading.isDecodable;
}

function isWalked(
  block: RecoveredBlock,
  stream: RecoveredStream,
  config: JsonObject,
  consumers: readonly ConsumerArchive[],
): boolean {
  if (Array.isArray(config['sources']) && block === stream.blocks.at(-1)) return true;
  return consumers.some((consumer) => {
    const nextSeq = (consumer.state?.delivered.streamSeq ?? 0n) + 1n;
    const floorSeq = consumer.state?.ackFloor.streamSeq ?? 0n;
    if (config['retention'] === 'interest' && floorSeq >= block.firstSeq) return true;
    const isFiltered =
      Boolean(consumer.config?.['filter_subject']) || Array.isArray(consumer.config?.['filter_subjects']);
    return nextSeq <= block.lastSeq && (isFiltered || nextSeq > block.firstSeq);
  });
}

/** A stream whose index.db was taken and in which a bad record lies where TTLs, schedules or sources are looked for. */
export function panicOnScan(
  stream: RecoveredStream,
  config: JsonObject,
  queries: RecordQueries,
  readings: readonly BlockReading[],
): NotServed | null {
  if (!stream.isIndexed || stream.messages === 0n) return null;
  const scanned = scannedBlocks(queries.archive, config);
  const met =
    readings.find(
      ({ block, cutAtBytes, isMisaligned }) =>
        scanned.has(block.index) && cutAtBytes !== null && !isMisaligned,
    ) ??
    badRecordBeforeSources(stream, config, queries, new Map(readings.map((one) => [one.block.index, one])));
  return met === null
    ? null
    : {
        outcome: 'crash',
        reason: `the server ends at a bad record in ${met.block.entry.path} that it looks into`,
      };
}

/** Numbers of the blocks that are read for TTLs and schedules: those behind what thw.db and sched.db remember. */
function scannedBlocks({ ttlWheel, schedule, index }: StreamArchive, config: JsonObject): Set<number> {
  const ttlFrom = config['allow_msg_ttl'] === true ? (ttlWheel?.stamp ?? 0n) : null;
  const scheduleFrom = config['allow_msg_schedules'] === true ? (schedule?.stamp ?? 0n) : null;
  const isBehind = (from: bigint | null, { lastSeq }: IndexBlock, count: number | null): boolean =>
    from !== null && lastSeq >= from && count !== 0;
  const scanned = (index?.blocks ?? []).filter(
    (entry) => isBehind(ttlFrom, entry, entry.ttls) || isBehind(scheduleFrom, entry, entry.schedules),
  );
  return new Set(scanned.map((entry) => entry.index));
}
