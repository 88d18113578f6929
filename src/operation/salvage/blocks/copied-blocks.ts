import type { FileStreamParts } from '../../../container/entry.ts';
import { groupedBy } from '../../../core/grouped.ts';
import { packRanges, unpackRanges } from '../../../core/packed-ranges.ts';
import { packedWithout } from '../../../core/packed-sets.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import { NO_PARTS, unitePacked } from '../../../core/sequence-part-sets.ts';
import {
  hasSequence,
  mergeRanges,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import { faultsOfKind, isOnly } from '../../../kernels/packed-faults.ts';
import { blockCopies } from '../../../model/block-copies.ts';
import { ownerNumber, type ReadBlock } from './block-damage.ts';
import type { BlockContent } from './block-spans.ts';
import type { MessageCursor } from './message-run.ts';
import { salvageBlocks, type SalvagedBlock } from './salvage-blocks.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';

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
  const owners = groupedBy(blocks, ownerNumber);
  const found = await salvageBlocks(files, [name], [...numbers, ...owners.keys()], work);
  const held = unitePacked(blocks.map(heldBy));
  const taken = new Map<number, SequenceParts>();
  const copies: ReadBlock[] = [];
  for (const block of found) {
    const { number } = block.owner;
    const content = contentOf(block);
    if (block.scan.records === 0 || !isNeeded(content, owners.get(number) ?? [])) continue;
    const { first, last } = content.present;
    const before = taken.get(number) ?? NO_PARTS;
    const copy = {
      block,
      content: contentWithout(content, mergeRanges([held.within(first, last), before.within(first, last)])),
    };
    copies.push(copy);
    taken.set(number, unitePacked([...before.parts, heldBy(copy)]));
  }
  return copies;
}

function isNeeded({ highSeq }: BlockContent, owned: readonly ReadBlock[]): boolean {
  return owned.every(
    ({ block, content }) => block.scan.records === 0 || isDamaged(block) || content.highSeq < highSeq,
  );
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

function contentWithout(content: BlockContent, held: SequenceRanges): BlockContent {
  const { present } = content;
  return {
    ...content,
    present: packedWithout(present, held),
    runs: () => content.runs().map((run) => ({ ...run, open: () => cursorWithout(run.open(), held) })),
  };
}

function cursorWithout(cursor: MessageCursor, held: SequenceRanges): MessageCursor {
  return {
    next() {
      let message = cursor.next();
      while (message !== null && hasSequence(held, message.seq)) message = cursor.next();
      return message;
    },
    close: () => cursor.close(),
  };
}
