import type { IndexBlock } from '../../../format/index/types.ts';
import { walkOf } from './believed-blocks.ts';
import type { Opening } from '../rebuild/opening.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import { neverReady, type NotServed, type RecoveredBlock, type RecoveredStream } from '../rules/recovered.ts';
import { sourcesSoughtFrom } from './source-search.ts';
import { unreadableIn } from './unreadable.ts';

/**
 * A stream in which a message that cannot be read lies where TTLs, schedules or sources are looked for: with an index
 * that is taken any bad record, else one whose header leads out of it, which no sum tells (recoverPerMessageState).
 */
export function panicOnScan(stream: RecoveredStream, opening: Opening): NotServed | null {
  const { queries, rules } = opening;
  if (!rules.panicsOnScan || stream.messages === 0n) return null;
  const unreadable = stream.blocks.filter((block) => unreadableIn(block, stream, opening).length > 0);
  if (unreadable.length === 0) return null;
  const counted = stream.isIndexed
    ? (queries.archive.index?.blocks ?? [])
    : unreadable.map((block) => countWanted(block, queries));
  const scanned = scannedOf(counted, stream, opening);
  const met = unreadable.find(
    (block) => scanned.has(block.block.index) && walkOf(block, stream, opening) === 'passes',
  );
  if (met === undefined) return null;
  return {
    outcome: 'crash',
    reason: `the server ends at a bad record in ${met.block.entry.path} that it looks into`,
  };
}

/** What tells whether a block is read for its TTLs and schedules. */
type CountedBlock = Pick<IndexBlock, 'index' | 'lastSeq' | 'ttls' | 'schedules'>;

/** As a server counts that has no index. */
function countWanted(recovered: RecoveredBlock, queries: RecordQueries): CountedBlock {
  let [ttls, schedules] = [0, 0];
  queries.eachRecord([recovered], ({ header }) => {
    if (/^Nats-TTL:/m.test(header)) ttls++;
    if (/^Nats-Schedule:/m.test(header)) schedules++;
  });
  return { index: recovered.block.index, lastSeq: recovered.lastSeq, ttls, schedules };
}

/** Numbers of the blocks of a stream whose index was taken that are read for TTLs and schedules. */
export function scannedBlocks(stream: RecoveredStream, opening: Opening): ReadonlySet<number> {
  return scannedOf(opening.queries.archive.index?.blocks ?? [], stream, opening);
}

/**
 * Those behind what thw.db and sched.db remember. 2.15 looks for sources in the same pass; where it looks for sources
 * alone it goes back from the end, past bad records.
 */
function scannedOf(
  blocks: readonly CountedBlock[],
  stream: RecoveredStream,
  { queries, config, rules }: Opening,
): ReadonlySet<number> {
  const { archive } = queries;
  const ttlFrom = config['allow_msg_ttl'] === true ? (archive.ttlWheel?.stamp ?? 0n) : null;
  const scheduleFrom = config['allow_msg_schedules'] === true ? (archive.schedule?.stamp ?? 0n) : null;
  const isOnePass = rules.panicsOnScan && (ttlFrom !== null || scheduleFrom !== null);
  const sourcesFrom = isOnePass ? sourcesSoughtFrom(archive, config, stream) : null;
  const isBehind = (from: bigint | null, { lastSeq }: CountedBlock, count: number | null): boolean =>
    from !== null && lastSeq >= from && count !== 0;
  const scanned = blocks.filter(
    (block) =>
      isBehind(ttlFrom, block, block.ttls) ||
      isBehind(scheduleFrom, block, block.schedules) ||
      isBehind(sourcesFrom, block, null),
  );
  return new Set(scanned.map(({ index }) => index));
}

/**
 * Of a block that is cut while it is scanned 2.11 and 2.12 forget how many TTLs and schedules are in it, 2.14 finds none
 * where none is left; the scan then goes to the block's new end, which is before the one it looks for, again and again
 * (recoverTTLState, recoverMsgSchedulingState). `left`: what the cut left of it, if anything.
 */
export function scannedForEver(
  before: RecoveredBlock,
  left: RecoveredBlock | undefined,
  { queries, rules, isStart }: Opening,
): NotServed | null {
  const isCut = left === undefined || left.lastSeq < before.lastSeq;
  if (rules.scansForEver === 'never' || !isCut) return null;
  if (left !== undefined && rules.scansForEver === 'without-any') {
    const { ttls, schedules } = countWanted(left, queries);
    if (ttls !== 0 || schedules !== 0) return null;
  }
  const reason = `the server cuts ${before.block.entry.path} while it looks into it for TTLs or schedules, and then looks for ever`;
  return neverReady(reason, isStart);
}
