import {
  mergeRanges,
  intersectRanges,
  oneRange,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import { groupedBy } from '../../../core/grouped.ts';
import { packRanges, unpackRanges } from '../../../core/packed-ranges.ts';
import { asParts } from '../../../core/sequence-part-sets.ts';
import type { Entry, FileStreamParts } from '../../../container/entry.ts';
import type { BlockIndex } from '../../../format/block-index/types.ts';
import { readEntry } from '../../../model/read-entry.ts';
import type { BlockFile, StreamArchive } from '../../../model/stream-archive.ts';
import { ownerNumber, type ReadBlock } from '../blocks/block-damage.ts';
import type { IndexProofs, Listing } from './index-proofs.ts';
import { judgeSidecar } from './mend-sidecar.ts';
import type { OwnBlocks } from './own-blocks.ts';
import { SequenceHolders } from './sequence-holders.ts';
import { isOfAnother } from './sidecar-owner.ts';

export interface SidecarProofs extends IndexProofs {
  /** What was done about `.idx` files that contradict their blocks, in words. */
  readonly said: readonly string[];
}

/** What the `.idx` files prove that servers up to 2.9 keep beside blocks: the only place where those tell of deletes. */
export async function proofsOfSidecars(
  archive: StreamArchive,
  parts: FileStreamParts,
  { blocks, copies }: Pick<OwnBlocks, 'blocks' | 'copies'>,
  signal: AbortSignal | undefined,
): Promise<SidecarProofs> {
  const deleted: SequenceRanges[] = [];
  const listed: Listing[] = [];
  const said: string[] = [];
  let [lastSeq, lastTimeNs] = [0n, 0n];
  const ownedBy = groupedBy(blocks, ownerNumber);
  const copiesOf = groupedBy(copies, ownerNumber);
  const files = sidecarEntries(parts);
  const holders = new SequenceHolders(blocks);
  for (const file of [...archive.blocks, ...lonelySidecars(archive)]) {
    const { index, entry } = file;
    const owned = ownedBy.get(index) ?? [];
    const sources = [...owned, ...(copiesOf.get(index) ?? [])];
    if (isForeign(file, sources, holders)) {
      said.push(`${entry.label.replace(/\.blk$/, '.idx')} is of another block and proves nothing`);
      continue;
    }
    const { sidecar, isCurrent } = await believed(file, files.get(index), owned, said, signal);
    if (sidecar === null) continue;
    deleted.push(sidecar.deleted);
    for (const { content } of sources)
      deleted.push(intersectRanges(unpackRanges(content.present), oneRange(0n, sidecar.firstSeq - 1n)));
    // Records are only ever added to a block: where an old `.idx` knows of later ones, they were there.
    const highSeq = owned.reduce((seq, { content }) => (content.highSeq > seq ? content.highSeq : seq), 0n);
    const fromSeq = isCurrent || sidecar.firstSeq > highSeq ? sidecar.firstSeq : highSeq + 1n;
    const promised = packRanges(subtractRanges(oneRange(fromSeq, sidecar.lastSeq), sidecar.deleted));
    if (promised.count > 0n)
      listed.push({ file: entry.label, isMissing: owned.length === 0, isDoubtful: false, seqs: promised });
    if (sidecar.lastSeq > lastSeq) [lastSeq, lastTimeNs] = [sidecar.lastSeq, sidecar.lastTimeNs];
  }
  return { deleted: asParts(mergeRanges(deleted)), listed, lastSeq, lastTimeNs, said };
}

const SIDECAR = /^msgs\/(0|[1-9]\d*)\.idx$/;

/** By the numbers of their blocks; of two entries of one name the first. */
function sidecarEntries({ entries }: FileStreamParts): ReadonlyMap<number, Entry> {
  const byNumber = new Map<number, Entry>();
  for (const entry of entries) {
    const number = Number(SIDECAR.exec(entry.path)?.[1] ?? NaN);
    if (!Number.isNaN(number) && !byNumber.has(number)) byNumber.set(number, entry);
  }
  return byNumber;
}

/** One that ends with the checksum of its block is of it. */
function isForeign(
  { index, sidecar, sidecarCurrent }: BlockFile,
  sources: readonly ReadBlock[],
  holders: SequenceHolders,
): boolean {
  if (sidecar === null) return false;
  if (sidecarCurrent && sources.some(({ block }) => block.file.index === index)) return false;
  return isOfAnother(sidecar, sources, (from, to) => holders.isHeldBeside(index, from, to));
}

/** An `.idx` has no checksum: beside a whole block it has to add up to what the block holds. */
async function believed(
  { sidecar, sidecarCurrent }: BlockFile,
  entry: Entry | undefined,
  owned: readonly ReadBlock[],
  said: string[],
  signal: AbortSignal | undefined,
): Promise<{ readonly sidecar: BlockIndex | null; readonly isCurrent: boolean }> {
  const asItIs = { sidecar, isCurrent: sidecarCurrent };
  const [own] = owned;
  if (entry === undefined || own === undefined || owned.length > 1) return asItIs;
  if (own.block.scan.records === 0 || own.block.faults.length > 0) return asItIs;
  // One of an older state of the block adds up to that.
  if (sidecar !== null && !sidecarCurrent) return asItIs;
  const bytes = readEntry(entry);
  if (bytes === null || bytes.length === 0) return asItIs;
  const verdict = await judgeSidecar(bytes, own, signal);
  if (verdict === 'fits') return asItIs;
  said.push(
    verdict === null
      ? `${entry.label} contradicts its block and proves nothing: what only it called deleted is written`
      : `one bit of ${entry.label} had flipped: what it calls deleted whichever it was stays deleted`,
  );
  return { sidecar: verdict, isCurrent: false };
}

/** Those whose block is not there under its name: its records may be, elsewhere. */
function lonelySidecars({ strayIndexes }: StreamArchive): BlockFile[] {
  return strayIndexes.map(({ index, entry, held }) => ({
    index,
    entry,
    sidecar: held,
    sidecarCurrent: false,
  }));
}
