import { unpackRanges } from '../../../core/packed-ranges.ts';
import { NO_PACKED, packedFrom } from '../../../core/packed-sets.ts';
import { mergeRanges, NO_SEQUENCES, subtractRanges } from '../../../core/sequence-ranges.ts';
import { knownOf, walkOf, wholeBlocks } from './believed-blocks.ts';
import type { Opening } from '../rebuild/opening.ts';
import { readRecords } from '../rebuild/rebuild-block.ts';
import { recount, runsOut } from '../rebuild/rebuild-stream.ts';
import { neverReady, type NotServed, type RecoveredBlock, type RecoveredStream } from '../rules/recovered.ts';

/** A limit that takes the oldest messages, in messages or in bytes. */
export interface OldestLimit {
  /** How much of the stream is over it, as the server counts. */
  readonly excess: number;
  /** How much a block holds, as its index tells. */
  readonly counted: (block: RecoveredBlock) => number;
  /**
   * What it takes of a block's oldest messages to have `over` taken, and the first message that it leaves; null: none. An index may
   * claim any number of messages: it takes no longer than the bytes on disk allow.
   */
  readonly beyond: (
    block: RecoveredBlock,
    over: number,
  ) => { readonly taken: number; readonly fromSeq: bigint | null };
}

/**
 * What becomes of a stream where a limit has the server look into a block that is bad: it cuts the block and gives the limit up, or
 * goes on with a count in which what it cut off still stands, and takes more; where that is more than there is, for ever. Blocks that
 * go as a whole are looked into as well. null: it does not meet such a block.
 */
export function stumbleAtLimit(
  before: RecoveredStream,
  limitOf: () => OldestLimit,
  opening: Opening,
): RecoveredStream | NotServed | null {
  const { rules, readings, isStart } = opening;
  if (before.blocks.every((block) => walkOf(block, before, opening) === 'passes')) return null;
  const limit = limitOf();
  const left: RecoveredBlock[] = [];
  let over = limit.excess;
  let lastMet: RecoveredBlock | null = null;
  let cut = NO_SEQUENCES;
  const take = (block: RecoveredBlock): void => {
    const taken = takeOldest(block, over, limit);
    // A block that is empty goes, but for the last.
    if (over <= 0 || taken.block.messages > 0n || block.block === before.blocks.at(-1)?.block)
      left.push(taken.block);
    over = taken.over;
  };
  for (const [i, block] of before.blocks.entries()) {
    const walk = over > 0 ? walkOf(block, before, opening) : 'passes';
    const reading = wholeBlocks(readings).get(block.block.index);
    if (walk === 'passes' || reading === undefined) {
      take(block);
      continue;
    }
    if (walk === 'endless') return runsOut(reading);
    const rebuilt = readRecords(reading, knownOf(before, reading, opening), rules);
    const kept = rebuilt === null ? [] : [rebuilt];
    lastMet = block;
    const gone = subtractRanges(unpackRanges(block.live), unpackRanges(rebuilt?.live ?? NO_PACKED));
    cut = mergeRanges([cut, gone]);
    const isWhole = rules.limitsTakeBlocks && over > limit.counted(block);
    if (rules.limitsEndAtCut && !isWhole)
      return recount({ ...before, cut }, [...left, ...kept, ...before.blocks.slice(i + 1)], rules);
    kept.forEach(take);
  }
  if (lastMet === null) return null;
  if (over > 0) return endsNever(lastMet, isStart);
  const stream = recount({ ...before, cut }, left, rules);
  const { lastSeq } = before;
  return stream.messages > 0n ? stream : { ...stream, firstSeq: lastSeq + 1n, lastSeq };
}

function endsNever({ block }: RecoveredBlock, isStart: boolean): NotServed {
  const reason = `${block.entry.path} is cut while a limit takes messages: the server goes on for ever`;
  return neverReady(reason, isStart);
}

/** `over`: how much of a limit is still to be taken. */
function takeOldest(
  block: RecoveredBlock,
  over: number,
  { counted, beyond }: OldestLimit,
): { readonly block: RecoveredBlock; readonly over: number } {
  if (over <= 0) return { block, over };
  const held = counted(block);
  const { taken, fromSeq } = held < over ? { taken: held, fromSeq: null } : beyond(block, over);
  const live = fromSeq === null ? NO_PACKED : packedFrom(block.live, fromSeq);
  const firstSeq = fromSeq ?? block.lastSeq + 1n;
  return { block: { ...block, live, messages: live.count, firstSeq }, over: over - taken };
}
