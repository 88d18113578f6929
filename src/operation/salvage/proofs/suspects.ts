import { labelBase } from '../../../container/entries.ts';
import type { FileStreamParts } from '../../../container/entry.ts';
import { oneRange, type SequenceRanges } from '../../../core/sequence-ranges.ts';
import { provenReader } from '../../../model/furthest-reader.ts';
import { doNumbersTell, numberHoles } from '../../../model/missing-numbers.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { ReadBlock } from '../blocks/block-damage.ts';
import type { LossCode } from '../loss-codes.ts';

/** Sequences of which something says that they went with a part of the archive, and nothing whether they were deleted before. */
export interface Suspect {
  readonly file: string;
  readonly code: Extract<LossCode, 'BLK_NUMBER_MISSING' | 'CON_AHEAD_OF_STREAM'>;
  readonly seqs: SequenceRanges;
}

/** What block numbers and consumers say of sequences that have no record. `lastSeq`: the last one that anything else speaks of. */
export function suspectsOf(
  archive: StreamArchive,
  parts: FileStreamParts,
  blocks: readonly ReadBlock[],
  lastSeq: bigint,
): Suspect[] {
  const base = labelBase(parts);
  const suspects: Suspect[] = [];
  const filled = blocks.filter(({ block }) => block.scan.rawBytes > 0);
  const holes = doNumbersTell(archive.blocks) ? numberHoles(filled.map(numbered)) : [];
  for (const { missing, fromSeq, toSeq } of holes)
    suspects.push({
      file: `${base}msgs/${missing}.blk`,
      code: 'BLK_NUMBER_MISSING',
      seqs: oneRange(fromSeq, toSeq),
    });
  const reader = provenReader(archive);
  // Of a block that cannot be read nothing tells where it ended.
  const isRead = filled.every(({ block }) => block.scan.records > 0);
  if (reader !== null && isRead && reader.seq > lastSeq)
    suspects.push({
      file: archive.blocks.at(-1)?.entry.label ?? `${base}msgs`,
      code: 'CON_AHEAD_OF_STREAM',
      seqs: oneRange(lastSeq + 1n, reader.seq),
    });
  return suspects;
}

/** What cannot be read at all is told as damage. */
function numbered({ block, content }: ReadBlock): { number: number; firstSeq: bigint; lastSeq: bigint } {
  return { number: block.owner.number, firstSeq: content.lowSeq, lastSeq: content.highSeq };
}
