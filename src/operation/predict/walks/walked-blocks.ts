import type { ConsumerArchive } from '../../../model/stream-archive.ts';
import { knownOf, walkOf, wholeBlocks } from './believed-blocks.ts';
import type { Opening } from '../rebuild/opening.ts';
import { blocksCounted } from '../consumers/pending-walk.ts';
import { scannedBlocks, scannedForEver } from './per-message-scan.ts';
import { emptiedBlock, losesTooMany, readRecords } from '../rebuild/rebuild-block.ts';
import { listsLost, recount, runsOut } from '../rebuild/rebuild-stream.ts';
import type { NotServed, RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';
import { recordedSubjects } from '../rebuild/stream-subjects.ts';

/**
 * A stream of which an index was believed, once the server has walked the blocks that its consumers and sources make it
 * look into: one in which it stumbles is rebuilt, and cut, after all.
 */
export function streamAfterWalks(
  stream: RecoveredStream,
  consumers: readonly ConsumerArchive[],
  opening: Opening,
): RecoveredStream | NotServed {
  const { rules } = opening;
  const readings = wholeBlocks(opening.readings);
  const walks = new Map(stream.blocks.map((block) => [block, walkOf(block, stream, opening)]));
  const stumbling = stream.blocks.filter((block) => walks.get(block) !== 'passes');
  if (stumbling.length === 0) return stream;
  const scanned = rules.messageTtl ? scannedBlocks(stream, opening) : new Set<number>();
  const isLooked = lookedInto(stream, consumers, opening);
  const cut = new Set(stumbling.filter((block) => scanned.has(block.block.index) || isLooked(block)));
  const readingsCut = [...cut].flatMap((block) => {
    const reading = readings.get(block.block.index);
    return reading === undefined ? [] : [{ reading, walk: walks.get(block) }];
  });
  const endless = readingsCut.find(({ walk }) => walk === 'endless');
  if (endless !== undefined) return runsOut(endless.reading);
  const lossy = readingsCut.find(({ reading }) => losesTooMany(reading, knownOf(stream, reading, opening)));
  if (lossy !== undefined) return listsLost(lossy.reading);
  const rebuild = (block: RecoveredBlock): readonly RecoveredBlock[] => {
    if (!cut.has(block)) return [block];
    if (block.flaw === 'missing') return [emptiedBlock(block.block, block)];
    const reading = readings.get(block.block.index);
    if (reading === undefined) return [block];
    const rebuilt = readRecords(reading, knownOf(stream, reading, opening), rules);
    return rebuilt === null ? [] : [rebuilt];
  };
  const blocks: RecoveredBlock[] = [];
  for (const block of stream.blocks) {
    const left = rebuild(block);
    blocks.push(...left);
    const unending =
      cut.has(block) && scanned.has(block.block.index) ? scannedForEver(block, left[0], opening) : null;
    if (unending !== null) return unending;
  }
  return cut.size === 0 ? stream : recount(stream, blocks, rules);
}

/** Whether the server has a look into a block, but for its TTLs and schedules. */
function lookedInto(
  stream: RecoveredStream,
  consumers: readonly ConsumerArchive[],
  { queries, readings, rules, config, isStart }: Opening,
): (block: RecoveredBlock) => boolean {
  const isBatchLooked =
    isStart && config['allow_atomic'] === true && rules.apiLevel !== null && rules.apiLevel >= 2;
  const lastLive = stream.blocks.findLast((block) => block.live.count > 0n);
  const isLastLooked = isBatchLooked || (rules.walksLastBlock && lastLive?.live.last === stream.lastSeq);
  const subjects = recordedSubjects(stream, queries.archive, wholeBlocks(readings));
  const counted = new Set(consumers.flatMap((one) => blocksCounted(stream, one, subjects, rules)));
  return (block) =>
    counted.has(block) ||
    (isLastLooked && block === lastLive) ||
    (Array.isArray(config['sources']) && block === stream.blocks.at(-1)) ||
    (isStart && config['retention'] === 'interest' && consumers.some((one) => acknowledges(one, block)));
}

function acknowledges({ state }: ConsumerArchive, block: RecoveredBlock): boolean {
  return (state?.ackFloor.streamSeq ?? 0n) >= block.firstSeq;
}
