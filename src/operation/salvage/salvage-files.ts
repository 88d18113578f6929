import type { FileStreamParts } from '../../container/entry.ts';
import { labelBase } from '../../container/entries.ts';
import { ORPHANS } from '../../container/snapshot.ts';
import { isIndexOf } from '../../check/index-of-blocks.ts';
import { isIndexCut } from '../../check/index-vs-blocks.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import { asParts, NO_PARTS, subtractParts, uniteParts, unitePacked } from '../../core/sequence-part-sets.ts';
import { mergeRanges, rangesOf } from '../../core/sequence-ranges.ts';
import type { StreamIndex } from '../../format/index/types.ts';
import { highestSequence, packedLive } from '../../model/live-set.ts';
import { lostBefore } from '../../model/lost-before.ts';
import { nameOf } from '../../model/base-archive.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import { placed } from '../open-archive.ts';
import { blockFindings } from './block-findings.ts';
import { BlockHandles } from './block-handles.ts';
import { damagesOf, type ReadBlock } from './block-damage.ts';
import { contentOf } from './block-spans.ts';
import { findIndex, proofsOfIndex } from './index-proofs.ts';
import { doubtfulPositions } from './doubtful-positions.ts';
import type { NoteCode } from './loss-codes.ts';
import { damagesBefore } from './lost-before.ts';
import { salvageBlocks, type SalvagedBlock } from './salvage-blocks.ts';
import type { SalvagedStream, SalvageWork } from './salvaged-stream.ts';
import { partsOfBlocks } from './stream-parts.ts';
import { isCarrierHit } from './carrier-damage.ts';
import { proofsOfSidecars } from './sidecar-proofs.ts';
import { suspectsOf } from './suspects.ts';
import type { Damage, RepairNote } from './types.ts';

/** Reads what is left of a stream kept as files. `given`: a name from the command line. */
export async function salvageFiles(
  archive: StreamArchive,
  parts: FileStreamParts,
  work: SalvageWork,
  source: number,
  given: string,
): Promise<SalvagedStream> {
  const names = candidateNames(archive, parts, given);
  const handles = new BlockHandles();
  const anyIndex = findIndex(archive, names);
  const numbers = anyIndex?.blocks.map((block) => block.index) ?? [];
  const found = await salvageBlocks([...archive.blocks, ...orphans(parts)], names, numbers, work);
  const name = nameByRecords(found) ?? names[0] ?? '';
  const blocks = found
    .filter(({ file, scan, owner }) => (scan.records === 0 ? file.index >= 0 : owner.name === name))
    .map((block): ReadBlock => ({ block, content: contentOf(block, source, handles) }));
  const isFitting =
    anyIndex !== null &&
    isIndexOf(
      anyIndex,
      archive.indexStanding,
      blocks.map(({ block }) => block),
    );
  const index = isFitting ? anyIndex : null;
  const sidecars = await proofsOfSidecars(archive, parts, blocks, work.signal);
  const proofs = [
    ...(index === null
      ? []
      : [proofsOfIndex(index, archive.indexStanding === 'stale', labelBase(parts), blocks)]),
    sidecars,
  ];
  const end = endOf(blocks, proofs);
  const isCurrent = index !== null && archive.indexStanding === 'current';
  const suspects = suspectsOf(archive, parts, blocks, end.seq);
  const damages = function* (): Generator<Damage> {
    const isHarmless = isTornHarmless(parts, proofs, blocks);
    for (const damage of damagesOf(blocks, isHarmless))
      yield isCurrent ? { ...damage, isOpen: false } : damage;
    yield* damagesBefore(archive);
  };
  return {
    archive: { ...archive, name, index },
    runs: () => blocks.flatMap(({ content }) => content.runs()),
    deleted: subtractParts(
      uniteParts([deletedIn(blocks, isCurrent ? index : null), ...proofs.map((proof) => proof.deleted)]),
      asParts(lostBefore(archive).seqs),
    ),
    listed: proofs.flatMap((proof) => proof.listed),
    suspects,
    damages,
    lastSeq: end.seq,
    lastTimeNs: end.timeNs,
    counted: archive.manifest?.state ?? null,
    findings: [
      ...placed(parts.findings, archive.place),
      ...archive.findings,
      ...blockFindings(
        archive,
        parts,
        blocks.flatMap(({ block }) => (block.isPart ? [] : [block])),
      ),
    ],
    notes: notesOf(archive, name, blocks, anyIndex !== null && !isFitting, sidecars.said),
    areDeletesUnknown: index === null && isCarrierHit(archive),
    isIndexCut:
      index !== null &&
      isIndexCut(
        archive,
        blocks.map(({ block: { file, scan } }) => ({ block: file, scan })),
      ),
    doubtfulPositions: doubtfulPositions(parts),
    parted: partsOfBlocks(blocks),
    close: () => handles.close(),
  };
}

/**
 * What the records of blocks prove deleted. `current`: the index that tells of the blocks as they are; a hole where it lists a
 * message was none.
 */
function deletedIn(blocks: readonly ReadBlock[], current: StreamIndex | null): SequenceParts {
  const holes = unitePacked(blocks.map(({ content }) => content.holes));
  const listed = current === null ? NO_PARTS : unitePacked(current.blocks.map(packedLive));
  return uniteParts([
    subtractParts(holes, listed),
    unitePacked(blocks.map(({ content }) => content.deleted)),
    asParts(mergeRanges(blocks.map(({ content }) => rangesOf(content.buried)))),
  ]);
}

function notesOf(
  { account, name: before }: StreamArchive,
  stream: string,
  blocks: readonly ReadBlock[],
  isIndexForeign: boolean,
  saidOfSidecars: readonly string[],
): RepairNote[] {
  const note = (code: NoteCode, text: string): RepairNote => ({ code, account, stream, text, loss: false });
  const notes = blocks
    .filter(({ block }) => block.owner.number !== block.file.index)
    .map(({ block: { file, owner } }) =>
      note('BLK_SWAPPED', `${file.entry.label} holds the records of block ${owner.number}`),
    );
  notes.push(...saidOfSidecars.map((text) => note('BIX_CORRUPT', text)));
  if (isIndexForeign)
    notes.push(note('INDEX_FOREIGN', 'index.db is of another stream of this name and proves nothing'));
  if (stream !== before)
    notes.push(
      note('NAME_OF_RECORDS', `the name is what the records were made for: ${stream}, not ${before}`),
    );
  return notes;
}

/** Content without a header in a tar: a block, maybe; its records tell which. */
function orphans(parts: FileStreamParts): BlockFile[] {
  return parts.entries
    .filter(({ path }) => path.startsWith(ORPHANS))
    .map((entry, i) => ({ index: -1 - i, entry, sidecar: null, sidecarCurrent: false }));
}

/** The first is the most likely. */
function candidateNames(archive: StreamArchive, parts: FileStreamParts, given: string): string[] {
  const declared = nameOf(archive.manifest?.config ?? null);
  const names = [archive.name, nameOf(archive.config), declared, parts.folderName ?? '', given];
  return [...new Set(names)].filter((name) => name !== '');
}

function nameByRecords(blocks: readonly SalvagedBlock[]): string | null {
  const votes = new Map<string, number>();
  for (const { owner, scan } of blocks)
    if (scan.records > 0) votes.set(owner.name, (votes.get(owner.name) ?? 0) + scan.records);
  return [...votes].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** A crash cuts the end of a store's last block; nothing that was acknowledged is gone unless an index speaks of it. */
function isTornHarmless(
  parts: FileStreamParts,
  proofs: readonly { readonly lastSeq: bigint }[],
  blocks: readonly ReadBlock[],
): boolean {
  const highest = blocks.reduce((seq, { content }) => (content.highSeq > seq ? content.highSeq : seq), 0n);
  return parts.form === 'store' && proofs.every(({ lastSeq }) => lastSeq <= highest);
}

function endOf(
  blocks: readonly ReadBlock[],
  proofs: readonly { readonly lastSeq: bigint; readonly lastTimeNs: bigint }[],
): { seq: bigint; timeNs: bigint } {
  let end = { seq: 0n, timeNs: 0n };
  for (const { block, content } of blocks) {
    const seq = [highestSequence(block.scan), content.highSeq].reduce((a, b) => (a > b ? a : b));
    if (seq > end.seq) end = { seq, timeNs: timeOf(block, seq) };
  }
  for (const proof of proofs)
    if (proof.lastSeq > end.seq) end = { seq: proof.lastSeq, timeNs: proof.lastTimeNs };
  return end;
}

function timeOf({ scan }: SalvagedBlock, seq: bigint): bigint {
  const buried = scan.tombstoneSeqs.lastIndexOf(seq);
  const erased = scan.erasedSeqs.lastIndexOf(seq);
  if (scan.lastSeq !== seq && buried >= 0) return scan.tombstoneTimesNs[buried] ?? 0n;
  return scan.lastSeq !== seq && erased >= 0 ? (scan.erasedTimesNs[erased] ?? 0n) : scan.lastTimeNs;
}
