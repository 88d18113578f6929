import { countSequences } from '../../core/sequence-ranges.ts';
import type { JsonObject } from '../../core/json.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import type { BlockReading } from './read-blocks.ts';
import { readRecords } from './rebuild-block.ts';
import { runsOut } from './rebuild-stream.ts';
import type { NotServed, RecoveredBlock, RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

/**
 * A stream whose index.db was taken, once the server has walked the blocks that its consumers and sources make it look
 * into: one in which it stumbles is rebuilt, and cut, after all.
 */
export function walkBlocks(
  stream: RecoveredStream,
  { index }: StreamArchive,
  config: JsonObject,
  consumers: readonly ConsumerArchive[],
  readings: readonly BlockReading[],
  rules: ServerRules,
): RecoveredStream | NotServed {
  const byNumber = new Map(readings.map((reading) => [reading.block.index, reading]));
  const isCut = (block: RecoveredBlock): boolean =>
    byNumber.get(block.block.index)?.isMisaligned === true &&
    ((rules.walksLastBlock && block.lastSeq === stream.lastSeq) ||
      isWalked(block, stream, config, consumers));
  if (!stream.isIndexed || !stream.blocks.some(isCut)) return stream;
  const endless = stream.blocks.find(
    (block) => isCut(block) && byNumber.get(block.block.index)?.isEndless === true,
  );
  const ending = endless === undefined ? undefined : byNumber.get(endless.block.index);
  if (ending !== undefined) return runsOut(ending);
  const indexed = new Map(index?.blocks.map((entry) => [entry.index, entry]));
  const blocks = stream.blocks.flatMap((block) => {
    const reading = byNumber.get(block.block.index);
    if (reading === undefined || !isCut(block)) return [block];
    return readRecords(reading, indexed.get(block.block.index) ?? null, rules) ?? [];
  });
  const messages = blocks.reduce((sum, block) => sum + countSequences(block.live), 0n);
  const lastSeq = blocks.reduce((last, block) => (block.lastSeq > last ? block.lastSeq : last), 0n);
  return { ...stream, blocks, messages, lastSeq, firstSeq: blocks[0]?.firstSeq ?? 0n };
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
  archive: StreamArchive,
  config: JsonObject,
  readings: readonly BlockReading[],
): NotServed | null {
  if (!stream.isIndexed || stream.messages === 0n) return null;
  const { ttlWheel, schedule, parts } = archive;
  const ttlFrom = config['allow_msg_ttl'] === true ? (ttlWheel?.stamp ?? 0n) : null;
  const scheduleFrom = config['allow_msg_schedules'] === true ? (schedule?.stamp ?? 0n) : null;
  const hasSources = Array.isArray(config['sources']);
  const isSourceStateKept = 'entries' in parts && parts.entries.some((entry) => entry.path === 'sources.db');
  const listed = new Map(archive.index?.blocks.map((block) => [block.index, block]));
  const met = readings.find((reading) => {
    const { index } = reading.block;
    const entry = listed.get(index);
    if (entry === undefined || reading.cutAtBytes === null || reading.isMisaligned) return false;
    const isScannedFor = (from: bigint | null, count: number | null): boolean =>
      from !== null && entry.lastSeq >= from && stream.lastSeq >= from && count !== 0;
    if (isScannedFor(ttlFrom, entry.ttls) || isScannedFor(scheduleFrom, entry.schedules)) return true;
    return hasSources && !isSourceStateKept && index === archive.index?.lastBlockIndex;
  });
  return met === undefined
    ? null
    : {
        outcome: 'crash',
        reason: `the server ends at a bad record in ${met.block.entry.path} that it looks into`,
      };
}
