import { packRanges, unpackRanges } from '../../../core/packed-ranges.ts';
import { keepNewest } from '../../../model/live-set.ts';
import type { RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';

/** Copies beside blocks were taken for blocks: 2.9 only does. */
export function hasCopies({ blocks }: RecoveredStream): boolean {
  return blocks.some(({ flaw }) => flaw === 'copy');
}

/** Of a block and its copies the one that is found by its number (bim). */
export function foundByNumber(blocks: readonly RecoveredBlock[]): readonly RecoveredBlock[] {
  const byNumber = new Map(blocks.map((block) => [block.block.index, block]));
  return blocks.filter((block) => byNumber.get(block.block.index) === block);
}

/** The oldest messages go block by block: those of a copy once the block beside it is empty (deleteFirstMsg). */
export function removeOldest(stream: RecoveredStream, count: bigint): RecoveredStream {
  let excess = count;
  const blocks = stream.blocks.map((block) => {
    const kept = excess < block.live.count ? block.live.count - excess : 0n;
    const live = packRanges(keepNewest(unpackRanges(block.live), kept));
    const gone = block.live.count - live.count;
    excess -= gone;
    return { ...block, live, messages: block.messages - gone };
  });
  const first = blocks.find(({ live }) => live.count > 0n)?.live.first;
  const messages = blocks.reduce((sum, block) => sum + block.messages, 0n);
  return { ...stream, blocks, messages, firstSeq: first ?? stream.lastSeq + 1n };
}
