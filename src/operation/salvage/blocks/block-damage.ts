import { CODE_OF_KIND } from '../../../check/block-records.ts';
import { isBelowMessage } from '../../../format/block/record.ts';
import { eachFault, isOnly } from '../../../kernels/packed-faults.ts';
import type { ScanFault } from '../../../kernels/scan-fault.ts';
import { BlockNeighbours } from '../../../model/block-neighbours.ts';
import { firstSwallowed } from '../../../model/swallowed.ts';
import type { BlockContent } from './block-spans.ts';
import type { SalvagedBlock } from './salvage-blocks.ts';
import type { Damage } from '../types.ts';

/** A block with its content, and whether a crash may have cut its end (format/block/README.md). */
export interface ReadBlock {
  readonly block: SalvagedBlock;
  readonly content: BlockContent;
}

/** The number that its records were made for. */
export function ownerNumber({ block }: ReadBlock): number {
  return block.owner.number;
}

/** A block that ends within a record was cut. */
export const CODE_OF_FAULT = {
  ...CODE_OF_KIND,
  tail: 'BLK_TRUNCATED',
} as const;

/** Good records out of order are no damage. */
type DamageFault = ScanFault & { readonly kind: Exclude<ScanFault['kind'], 'order'> };

function isDamage(fault: ScanFault): fault is DamageFault {
  return fault.kind !== 'order';
}

/** Every stretch of a block that holds no good record, and which sequences may have been there. */
export function* damagesOf(blocks: readonly ReadBlock[], isTornTailHarmless: boolean): Generator<Damage> {
  const neighbours = new BlockNeighbours(
    blocks.map(({ block, content: { lowSeq, highSeq } }) => ({
      number: block.owner.number,
      lowSeq,
      highSeq,
    })),
  );
  const highest = blocks.reduce((number, { block }) => Math.max(number, block.file.index), 0);
  for (const { block } of blocks) {
    const { scan, faults, file, isPart } = block;
    if (isPart) continue;
    const isTorn = isTornTailHarmless && file.index === highest;
    if (scan.rawBytes > 0 && scan.records === 0) {
      if (!isTorn || !isOnly(faults, 'tail')) yield unreadBlock(block, neighbours);
    } else
      for (const fault of eachFault(faults))
        if (isDamage(fault) && (fault.kind !== 'tail' || !isTorn)) yield damageOf(block, fault, neighbours);
  }
}

function damageOf(block: SalvagedBlock, fault: DamageFault, neighbours: BlockNeighbours): Damage {
  const file = block.file.entry.label;
  const { kind, offsetBytes, lengthBytes } = fault;
  const code = CODE_OF_FAULT[kind];
  if (kind === 'structure') {
    const seq = fault.seq ?? 0n;
    const { detail } = fault;
    return { file, offsetBytes, lengthBytes: null, code, detail, from: seq, to: seq, isOpen: false };
  }
  if (kind !== 'tail' && isBelowMessage(lengthBytes))
    return { file, offsetBytes, lengthBytes, code, ...NONE, isOpen: false };
  const { from, to } = swallowed(fault, neighbours);
  const isOpen = to < from && fault.seqAfter === 0n && neighbours.above(fault.seqBefore) === 0n;
  return { file, offsetBytes, lengthBytes, code, from, to, isOpen };
}

type Range = Pick<Damage, 'from' | 'to'>;

const NONE: Range = { from: 1n, to: 0n };

function range(from: bigint, to: bigint): Range {
  return { from, to };
}

/** What lies between the good records before and behind, in this block or the next one. */
function swallowed(fault: DamageFault, neighbours: BlockNeighbours): Range {
  const { seq: claimed, seqBefore, seqAfter } = fault;
  if (seqBefore > 0n && seqAfter > 0n) return range(seqBefore + 1n, seqAfter - 1n);
  if (seqAfter > 0n) {
    const before = neighbours.below(seqAfter);
    if (before > 0n) return range(before + 1n, seqAfter - 1n);
    return seqAfter === 1n ? NONE : range(firstSwallowed(fault), seqAfter - 1n);
  }
  const after = neighbours.above(seqBefore);
  if (after > 0n && seqBefore === 0n) return swallowed({ ...fault, seqAfter: after }, neighbours);
  if (after > 0n) return range(seqBefore + 1n, after - 1n);
  return claimed === seqBefore + 1n ? range(claimed, claimed) : NONE;
}

/** A block of which nothing could be read: all between its neighbours. */
function unreadBlock(block: SalvagedBlock, neighbours: BlockNeighbours): Damage {
  const [low, high] = neighbours.around(block.file.index);
  return {
    file: block.file.entry.label,
    offsetBytes: 0,
    lengthBytes: block.scan.rawBytes,
    code: 'BLK_FOREIGN',
    ...(low > 0n && high > low ? range(low + 1n, high - 1n) : NONE),
    isOpen: low === 0n || high <= low,
  };
}
