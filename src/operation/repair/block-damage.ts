import { CODE_OF_KIND } from '../../check/block-records.ts';
import { NO_SEQUENCES, oneRange, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { ScanFault } from '../../kernels/types.ts';
import type { BlockContent } from './block-spans.ts';
import type { SalvagedBlock } from './salvage-blocks.ts';
import type { Damage } from './types.ts';

/** A block with its content, and whether a crash may have cut its end (format/block/README.md). */
export interface ReadBlock {
  readonly block: SalvagedBlock;
  readonly content: BlockContent;
}

const CODES = {
  ...CODE_OF_KIND,
  tail: 'BLK_TRUNCATED',
} as const;

/** Good records out of order are no damage. */
type DamageFault = ScanFault & { readonly kind: Exclude<ScanFault['kind'], 'order'> };

function isDamage(fault: ScanFault): fault is DamageFault {
  return fault.kind !== 'order';
}

/** Every stretch of a block that holds no good record, and which sequences may have been there. */
export function damagesOf(blocks: readonly ReadBlock[], isTornTailHarmless: boolean): Damage[] {
  const highest = blocks.reduce((number, { block }) => Math.max(number, block.file.index), 0);
  return blocks.flatMap((read) => {
    const { scan, file, isPart } = read.block;
    if (isPart) return [];
    const isTorn = isTornTailHarmless && file.index === highest;
    const isOnlyTorn = isTorn && scan.faults.every(({ kind }) => kind === 'tail');
    if (scan.rawBytes > 0 && scan.records === 0) return isOnlyTorn ? [] : [unreadBlock(read, blocks)];
    return scan.faults.flatMap((fault) => {
      if (!isDamage(fault) || (fault.kind === 'tail' && isTorn)) return [];
      return [damageOf(read, fault, blocks)];
    });
  });
}

function damageOf({ block }: ReadBlock, fault: DamageFault, blocks: readonly ReadBlock[]): Damage {
  const place = {
    file: block.file.entry.label,
    offsetBytes: fault.offsetBytes,
    lengthBytes: fault.kind === 'structure' ? null : fault.lengthBytes,
  };
  if (fault.kind === 'structure') {
    const seq = fault.seq ?? 0n;
    return {
      ...place,
      code: CODES.structure,
      detail: fault.detail,
      seqs: oneRange(seq, seq),
      isOpen: false,
    };
  }
  const seqs = swallowed(fault, blocks);
  const isOpen = seqs.length === 0 && fault.seqAfter === 0n && nearestAbove(blocks, fault.seqBefore) === 0n;
  return { ...place, code: CODES[fault.kind], seqs, isOpen };
}

/** What lies between the good records before and behind, in this block or the next one. */
function swallowed(fault: DamageFault, blocks: readonly ReadBlock[]): SequenceRanges {
  const { seq: claimed, seqBefore, seqAfter } = fault;
  if (seqBefore > 0n && seqAfter > 0n) return oneRange(seqBefore + 1n, seqAfter - 1n);
  if (seqAfter > 0n) {
    const before = nearestBelow(blocks, seqAfter);
    if (before > 0n) return oneRange(before + 1n, seqAfter - 1n);
    if (seqAfter === 1n) return NO_SEQUENCES;
    const isPlausible = claimed !== null && claimed > 0n && claimed < seqAfter;
    return oneRange(isPlausible ? claimed : seqAfter - 1n, seqAfter - 1n);
  }
  const after = nearestAbove(blocks, seqBefore);
  if (after > 0n) return oneRange(seqBefore + 1n, after - 1n);
  return claimed === seqBefore + 1n ? oneRange(claimed, claimed) : NO_SEQUENCES;
}

/** A block of which nothing could be read: all between its neighbours. */
function unreadBlock({ block }: ReadBlock, blocks: readonly ReadBlock[]): Damage {
  let [low, high] = [0n, 0n];
  for (const { block: other, content } of blocks) {
    if (content.highSeq === 0n) continue;
    if (other.owner.number < block.file.index && content.highSeq > low) low = content.highSeq;
    if (other.owner.number > block.file.index && (high === 0n || content.lowSeq < high))
      high = content.lowSeq;
  }
  return {
    file: block.file.entry.label,
    offsetBytes: 0,
    lengthBytes: block.scan.rawBytes,
    code: 'BLK_FOREIGN',
    seqs: low > 0n && high > low ? oneRange(low + 1n, high - 1n) : NO_SEQUENCES,
    isOpen: low === 0n || high <= low,
  };
}

function nearestBelow(blocks: readonly ReadBlock[], seq: bigint): bigint {
  let best = 0n;
  for (const { content } of blocks)
    if (content.highSeq < seq && content.highSeq > best) best = content.highSeq;
  return best;
}

function nearestAbove(blocks: readonly ReadBlock[], seq: bigint): bigint {
  let best = 0n;
  for (const { content } of blocks)
    if (content.lowSeq > seq && (best === 0n || content.lowSeq < best)) best = content.lowSeq;
  return best;
}
