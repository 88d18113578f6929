import type { JsonObject } from '../../core/json.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { intersectRanges } from '../../core/sequence-ranges.ts';
import type { IndexBlock } from '../../format/index/types.ts';
import type { ConsumerArchive, StreamArchive } from '../../model/stream-archive.ts';
import type { KnownBlock } from './block-index-as-server.ts';
import { oncePer } from '../../core/once-per.ts';
import { blocksCounted } from './pending-walk.ts';
import type { BlockReading } from './read-blocks.ts';
import { packedLive } from '../../model/live-set.ts';
import { emptiedBlock, losesTooMany, readRecords } from './rebuild-block.ts';
import { listsLost, recount, runsOut } from './rebuild-stream.ts';
import type { RecordQueries } from './record-queries.ts';
import { neverReady, type NotServed, type RecoveredBlock, type RecoveredStream } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';
import { sourcesSoughtFrom } from './source-search.ts';
import { recordedSubjects } from './stream-subjects.ts';
import { walkBlock, type Walk } from './walk-block.ts';

/**
 * A stream of which an index was believed, once the server has walked the blocks that its consumers and sources make it
 * look into: one in which it stumbles is rebuilt, and cut, after all.
 */
export function streamAfterWalks(
  stream: RecoveredStream,
  queries: RecordQueries,
  config: JsonObject,
  consumers: readonly ConsumerArchive[],
  readings: readonly BlockReading[],
  rules: ServerRules,
  isStart: boolean,
): RecoveredStream | NotServed {
  const { archive } = queries;
  const whole = readings.filter(({ oddity }) => oddity === null);
  const byNumber = new Map(whole.map((reading) => [reading.block.index, reading]));
  const walks = new Map<RecoveredBlock, Walk>();
  for (const block of stream.blocks) {
    const walk = walkOf(block, stream, archive, byNumber, rules);
    if (walk !== 'passes') walks.set(block, walk);
  }
  if (walks.size === 0) return stream;
  const scanned = rules.messageTtl ? scannedBlocks(stream, archive, config, rules) : new Set<number>();
  const isBatchLooked =
    isStart && config['allow_atomic'] === true && rules.apiLevel !== null && rules.apiLevel >= 2;
  const lastLive = stream.blocks.findLast((block) => block.live.count > 0n);
  const isLastLooked = isBatchLooked || (rules.walksLastBlock && lastLive?.live.last === stream.lastSeq);
  const subjects = recordedSubjects(stream, archive, byNumber);
  const counted = new Set(consumers.flatMap((one) => blocksCounted(stream, one, subjects, rules)));
  const isLooked = (block: RecoveredBlock): boolean =>
    scanned.has(block.block.index) ||
    counted.has(block) ||
    (isLastLooked && block === lastLive) ||
    (Array.isArray(config['sources']) && block === stream.blocks.at(-1)) ||
    (isStart && config['retention'] === 'interest' && consumers.some((one) => acknowledges(one, block)));
  const looked = [...walks].filter(([block]) => isLooked(block));
  if (looked.length === 0) return stream;
  const endless = looked.find(([, walk]) => walk === 'endless')?.[0];
  const endlessReading = endless === undefined ? undefined : byNumber.get(endless.block.index);
  if (endlessReading !== undefined) return runsOut(endlessReading);
  const cut = new Set(looked.map(([block]) => block));
  const lossy = readings.find((reading) => {
    const block = looked.find(([one]) => one.block === reading.block)?.[0];
    return block !== undefined && losesTooMany(reading, knownOf(block, stream, archive, reading));
  });
  if (lossy !== undefined) return listsLost(lossy);
  const blocks = stream.blocks.flatMap((block) => {
    if (block.flaw === 'missing' && cut.has(block)) return [emptiedBlock(block.block, block)];
    const reading = byNumber.get(block.block.index);
    if (reading === undefined || !cut.has(block)) return [block];
    return readRecords(reading, knownOf(block, stream, archive, reading), rules) ?? [];
  });
  const wanted =
    rules.scansForEver === 'never' ? [] : looked.filter(([{ block }]) => scanned.has(block.index));
  const unending = wanted.find(([before]) => {
    const left = blocks.find(({ block }) => block === before.block);
    return left === undefined || isScannedForEver(before, left, queries, rules);
  })?.[0];
  return unending === undefined ? recount(stream, blocks, rules) : scansForEver(unending, isStart);
}

/**
 * Of a block that is cut while it is scanned 2.11 and 2.12 forget how many TTLs and schedules are in it, 2.14 finds none
 * where none is left; the scan then goes to the block's new end, which is before the one it looks for, again and again
 * (recoverTTLState, recoverMsgSchedulingState).
 */
function isScannedForEver(
  before: RecoveredBlock,
  left: RecoveredBlock,
  queries: RecordQueries,
  { scansForEver }: ServerRules,
): boolean {
  if (left.lastSeq >= before.lastSeq) return false;
  if (scansForEver === 'after-cut') return true;
  let isFound = false;
  queries.eachRecord([left], ({ header }) => (isFound ||= SCANNED_FOR.test(header)));
  return !isFound;
}

const SCANNED_FOR = /^Nats-(?:TTL|Schedule):/m;

function scansForEver({ block }: RecoveredBlock, isStart: boolean): NotServed {
  const reason = `the server cuts ${block.entry.path} while it looks into it for TTLs or schedules, and then looks for ever`;
  return neverReady(reason, isStart);
}

function acknowledges({ state }: ConsumerArchive, block: RecoveredBlock): boolean {
  return (state?.ackFloor.streamSeq ?? 0n) >= block.firstSeq;
}

/** How the server would fare in a block; `passes` also where it has read it already. */
function walkOf(
  block: RecoveredBlock,
  stream: RecoveredStream,
  archive: StreamArchive,
  readings: ReadonlyMap<number, BlockReading>,
  rules: ServerRules,
): Walk {
  if (block.flaw !== undefined)
    return block.flaw === 'missing' && block.messages > 0n ? 'stumbles' : 'passes';
  const reading = readings.get(block.block.index);
  if (reading === undefined || block.readBytes !== null) return 'passes';
  const known = knownOf(block, stream, archive, reading);
  return known === null ? 'passes' : walkBlock(reading, known, rules);
}

/** What the index that was believed tells of a block. */
function knownOf(
  { block }: RecoveredBlock,
  stream: RecoveredStream,
  archive: StreamArchive,
  reading: BlockReading,
): KnownBlock | null {
  return stream.isIndexed ? (indexedBlocks(archive).get(block.index) ?? null) : reading.known;
}

const indexedBlocks = oncePer(
  ({ index }: StreamArchive): ReadonlyMap<number, KnownBlock> =>
    new Map(index?.blocks.map((entry) => [entry.index, { ...entry, messages: packedLive(entry).count }])),
);

/** A stream whose index.db was taken and in which a bad record lies where TTLs, schedules or sources are looked for. */
export function panicOnScan(
  stream: RecoveredStream,
  config: JsonObject,
  queries: RecordQueries,
  readings: readonly BlockReading[],
  rules: ServerRules,
): NotServed | null {
  if (!stream.isIndexed || stream.messages === 0n) return null;
  const { archive } = queries;
  const scanned = scannedBlocks(stream, archive, config, rules);
  const bad = new Map(
    readings
      .filter(({ badSeqs }) => badSeqs.length > 0)
      .map((reading) => [reading.block.index, reading] as const),
  );
  const met = stream.blocks.flatMap((block) => {
    const reading = bad.get(block.block.index);
    if (reading === undefined || intersectRanges(unpackRanges(block.live), reading.badSeqs).length === 0)
      return [];
    return walkOf(block, stream, archive, bad, rules) === 'passes' ? [{ block, reading }] : [];
  });
  const scannedInto = met.find(({ block }) => scanned.has(block.block.index))?.reading;
  if (scannedInto !== undefined)
    return endsAt(`the server ends at a bad record in ${scannedInto.block.entry.path} that it looks into`);
  return null;
}

function endsAt(reason: string): NotServed {
  return { outcome: 'crash', reason };
}

/**
 * Numbers of the blocks that are read for TTLs and schedules: those behind what thw.db and sched.db remember. 2.15 looks
 * for sources in the same pass; where it looks for sources alone it goes back from the end, past bad records.
 */
function scannedBlocks(
  stream: RecoveredStream,
  archive: StreamArchive,
  config: JsonObject,
  rules: ServerRules,
): Set<number> {
  const { ttlWheel, schedule, index } = archive;
  const ttlFrom = config['allow_msg_ttl'] === true ? (ttlWheel?.stamp ?? 0n) : null;
  const scheduleFrom = config['allow_msg_schedules'] === true ? (schedule?.stamp ?? 0n) : null;
  const isOnePass = rules.panicsOnScan && (ttlFrom !== null || scheduleFrom !== null);
  const sourcesFrom = isOnePass ? sourcesSoughtFrom(archive, config, stream) : null;
  const isBehind = (from: bigint | null, { lastSeq }: IndexBlock, count: number | null): boolean =>
    from !== null && lastSeq >= from && count !== 0;
  const scanned = (index?.blocks ?? []).filter(
    (entry) =>
      isBehind(ttlFrom, entry, entry.ttls) ||
      isBehind(scheduleFrom, entry, entry.schedules) ||
      isBehind(sourcesFrom, entry, null),
  );
  return new Set(scanned.map((entry) => entry.index));
}
