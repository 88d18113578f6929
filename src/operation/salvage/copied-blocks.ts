import type { FileStreamParts } from '../../container/entry.ts';
import { packRanges, unpackRanges } from '../../core/packed-ranges.ts';
import { packedWithout } from '../../core/packed-sets.ts';
import { RisingParts, type SequenceParts } from '../../core/sequence-parts.ts';
import { unitePacked } from '../../core/sequence-part-sets.ts';
import { rangesOf, subtractRanges } from '../../core/sequence-ranges.ts';
import { faultsOfKind, isOnly } from '../../kernels/packed-faults.ts';
import { blockCopies } from '../../model/block-copies.ts';
import type { ReadBlock } from './block-damage.ts';
import type { BlockContent } from './block-spans.ts';
import type { MessageCursor } from './message-run.ts';
import { salvageBlocks, type SalvagedBlock } from './salvage-blocks.ts';
import type { SalvageWork } from './salvage-work.ts';

/** Whose blocks the copies may be. */
interface CopiedStream {
  readonly name: string;
  readonly blocks: readonly ReadBlock[];
  /** Of blocks that an index lists. */
  readonly numbers: readonly number[];
}

/**
 * Copies beside blocks, as further sources for those that are missing, damaged, or end before their copy does: what a copy holds of
 * messages that are in no block. Beside a whole block a copy tells nothing.
 */
export async function readCopies(
  parts: FileStreamParts,
  { name, blocks, numbers }: CopiedStream,
  work: SalvageWork,
  contentOf: (block: SalvagedBlock) => BlockContent,
): Promise<readonly ReadBlock[]> {
  const files = blockCopies(parts).map(({ number, entry }) => ({
    index: number,
    entry,
    sidecar: null,
    sidecarCurrent: false,
  }));
  if (files.length === 0) return [];
  const owned = blocks.map(({ block }) => block.owner.number);
  const found = await salvageBlocks(files, [name], [...numbers, ...owned], work);
  let held = unitePacked(blocks.map(heldBy));
  const copies: ReadBlock[] = [];
  for (const block of found) {
    if (block.scan.records === 0) continue;
    const content = contentOf(block);
    if (!isNeeded(block, content, blocks)) continue;
    const copy = { block, content: contentWithout(content, held) };
    copies.push(copy);
    held = unitePacked([...held.parts, heldBy(copy)]);
  }
  return copies;
}

function isNeeded(
  { owner }: SalvagedBlock,
  { highSeq }: BlockContent,
  blocks: readonly ReadBlock[],
): boolean {
  const own = blocks.filter(({ block }) => block.owner.number === owner.number && block.scan.records > 0);
  return own.every(({ block, content }) => isDamaged(block) || content.highSeq < highSeq);
}

function isDamaged({ faults, blockFaults, carrierFaults }: SalvagedBlock): boolean {
  return !isOnly(faults, 'order') || blockFaults.length + carrierFaults.length > 0;
}

/** Without messages the parts of which contradict each other: a copy may hold them as they were. */
function heldBy({ block, content }: ReadBlock): BlockContent['present'] {
  const malformed = [...faultsOfKind(block.faults, 'structure')].flatMap(({ seq }) => seq ?? []);
  if (malformed.length === 0) return content.present;
  return packRanges(subtractRanges(unpackRanges(content.present), rangesOf(BigUint64Array.from(malformed))));
}

function contentWithout(content: BlockContent, held: SequenceParts): BlockContent {
  const { present } = content;
  return {
    ...content,
    present: packedWithout(present, held.within(present.first, present.last)),
    runs: () => content.runs().map((run) => ({ ...run, open: () => cursorWithout(run.open(), held) })),
  };
}

function cursorWithout(cursor: MessageCursor, held: SequenceParts): MessageCursor {
  const passed = new RisingParts(held);
  return {
    next() {
      let message = cursor.next();
      while (message !== null && passed.has(message.seq)) message = cursor.next();
      return message;
    },
    close: () => cursor.close(),
  };
}
