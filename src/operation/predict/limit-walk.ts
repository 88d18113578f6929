import { packedFrom } from '../../core/packed-sets.ts';
import { MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import { knownOf, walkOf, wholeBlocks } from './believed-blocks.ts';
import type { Opening } from './opening.ts';
import { readRecords } from './rebuild-block.ts';
import { recount, runsOut } from './rebuild-stream.ts';
import { neverReady, type NotServed, type RecoveredBlock, type RecoveredStream } from './recovered.ts';

/** A limit that takes the oldest messages, in messages or in bytes. */
export interface OldestLimit {
  /** How much of the stream is over it, as the server counts. */
  readonly excess: number;
  /** How much a block holds, as its index tells. */
  readonly counted: (block: RecoveredBlock) => number;
  /** The messages of a block in order, and how much each is. */
  readonly each: (block: RecoveredBlock, visit: (seq: bigint, much: number) => void) => void;
}

/**
 * What becomes of a stream where a limit has the server look into a block that is bad: it cuts the block and gives the limit up, or
 * goes on with a count in which what it cut off still stands, and takes more; where that is more than there is, for ever.
 * `after`: the stream as it would be if all could be read. null: it does not meet such a block.
 */
export function stumbleAtLimit(
  before: RecoveredStream,
  after: RecoveredStream,
  limitOf: () => OldestLimit,
  opening: Opening,
): RecoveredStream | NotServed | null {
  if (before === after) return null;
  const { rules, readings, isStart } = opening;
  const touched = touchedBlocks(before, after);
  const looked = rules.limitsTakeBlocks ? touched.slice(-1) : touched;
  const met = looked.find((block) => walkOf(block, before, opening) !== 'passes');
  const reading = met === undefined ? undefined : wholeBlocks(readings).get(met.block.index);
  if (met === undefined || reading === undefined) return null;
  if (walkOf(met, before, opening) === 'endless') return runsOut(reading);
  const rebuilt = readRecords(reading, knownOf(before, reading, opening), rules);
  const gone = touched.slice(0, touched.indexOf(met));
  const left = before.blocks
    .filter((block) => !gone.includes(block))
    .flatMap((block) => (block !== met ? [block] : rebuilt === null ? [] : [rebuilt]));
  const cut = { ...before, cutMessages: met.messages - (rebuilt?.messages ?? 0n) };
  if (rules.limitsEndAtCut) return recount(cut, left, rules);
  const limit = limitOf();
  const taken = takeOldest(
    left,
    gone.reduce((sum, block) => sum - limit.counted(block), limit.excess),
    limit,
  );
  if (taken.excess > 0) return endsNever(met, isStart);
  const stream = recount(cut, taken.blocks, rules);
  const { lastSeq } = before;
  return stream.messages > 0n ? stream : { ...stream, firstSeq: lastSeq + 1n, lastSeq };
}

function endsNever({ block }: RecoveredBlock, isStart: boolean): NotServed {
  const reason = `${block.entry.path} is cut while a limit takes messages: the server goes on for ever`;
  return neverReady(reason, isStart);
}

/** Blocks of which something went, in order. */
function touchedBlocks(before: RecoveredStream, after: RecoveredStream): readonly RecoveredBlock[] {
  const left = new Map(after.blocks.map(({ block, live }) => [block, live.count]));
  const lastAt = before.blocks.findLastIndex(({ block, live }) => left.get(block) !== live.count);
  return before.blocks.slice(0, lastAt + 1);
}

/** `excess`: what is still over the limit in the end. */
function takeOldest(
  blocks: readonly RecoveredBlock[],
  excess: number,
  { each }: OldestLimit,
): { readonly blocks: readonly RecoveredBlock[]; readonly excess: number } {
  let over = excess;
  const left = blocks.map((block) => {
    if (over <= 0) return block;
    let firstSeq = MAX_SEQUENCE;
    each(block, (seq, much) => {
      if (over <= 0 && seq < firstSeq) firstSeq = seq;
      if (over > 0) over -= much;
    });
    const live = packedFrom(block.live, firstSeq);
    return {
      ...block,
      live,
      messages: live.count,
      firstSeq: live.count > 0n ? firstSeq : block.lastSeq + 1n,
    };
  });
  return { blocks: left, excess: over };
}
