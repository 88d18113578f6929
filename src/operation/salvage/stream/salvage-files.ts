import { isIndexCut } from '../../../check/index-vs-blocks.ts';
import type { IndexDeletes } from '../../../check/stream-evidence.ts';
import type { FileStreamParts } from '../../../container/entry.ts';
import { labelBase } from '../../../container/entries.ts';
import { textField } from '../../../core/json.ts';
import { plural } from '../../../core/plural.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import {
  asParts,
  intersectParts,
  NO_PARTS,
  subtractParts,
  uniteParts,
  unitePacked,
} from '../../../core/sequence-part-sets.ts';
import { mergeRanges, rangesOf } from '../../../core/sequence-ranges.ts';
import type { Finding } from '../../../findings/finding.ts';
import type { StreamIndex } from '../../../format/index/types.ts';
import type { ManifestState } from '../../../format/manifest/types.ts';
import { highestSequence, packedLive } from '../../../model/live-set.ts';
import { lostBefore } from '../../../model/lost-before.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import { placed } from '../../open/report-source.ts';
import { untoldDeletes } from '../../deletes/untold-deletes.ts';
import { blockFindings } from '../blocks/block-findings.ts';
import { BlockHandles } from '../blocks/block-handles.ts';
import { isCarrierHit } from '../../deletes/carrier-damage.ts';
import { CODE_OF_FAULT, damagesOf, type ReadBlock } from '../blocks/block-damage.ts';
import { contentOf } from '../blocks/block-spans.ts';
import { calledDeleted, proofsOfIndex, type IndexProofs } from '../proofs/index-proofs.ts';
import { provenBelowFirst } from './declared-deletes.ts';
import { doubtfulPositions } from './doubtful-positions.ts';
import type { NoteCode } from '../loss-codes.ts';
import { damagesBefore } from './lost-before.ts';
import type { MessageRun } from '../blocks/message-run.ts';
import { findOwnBlocks, type OwnBlocks } from '../proofs/own-blocks.ts';
import type { SalvagedBlock } from '../blocks/salvage-blocks.ts';
import type { SalvageWork } from '../rescan/salvage-work.ts';
import type { SalvagedStream } from './salvaged-stream.ts';
import { partsOfBlocks } from './stream-parts.ts';
import { proofsOfSidecars } from '../proofs/sidecar-proofs.ts';
import { suspectsOf } from '../proofs/suspects.ts';
import type { Damage, RepairNote } from '../types.ts';

/** Reads what is left of a stream kept as files. `given`: a name from the command line. */
export async function salvageFiles(
  archive: StreamArchive,
  parts: FileStreamParts,
  work: SalvageWork,
  source: number,
  given: string,
): Promise<SalvagedStream> {
  const handles = new BlockHandles();
  const own = await findOwnBlocks(archive, parts, work, given, (block) => contentOf(block, source, handles));
  const { name, blocks, copies, index } = own;
  const all = [...blocks, ...copies];
  const sidecars = await proofsOfSidecars(archive, parts, own, work.signal);
  const isStale = archive.indexStanding === 'stale';
  const proofs = [
    ...(index === null ? [] : [proofsOfIndex(index, isStale, labelBase(parts), blocks)]),
    sidecars,
  ];
  const current = archive.indexStanding === 'current' ? index : null;
  const end = endOf(all, proofs);
  const runs = (): MessageRun[] => all.flatMap(({ content }) => content.runs());
  // A current index knows better.
  const declared = current === null ? declaredState(archive, name) : null;
  const below = await provenBelowFirst(declared, runs(), source, work.signal);
  const deleted = subtractParts(
    uniteParts([below, deletedIn(all, current), ...proofs.map((proof) => proof.deleted)]),
    asParts(lostBefore(archive).seqs),
  );
  const scans = blocks.map(({ block: { file, scan, faults } }) => ({
    block: file,
    scan: { ...scan, faults },
  }));
  const isEndGone = index !== null && isIndexCut(archive, scans);
  // Behind a cut that took the end which it knew, an index lists whatever message was there when it was written.
  const isTold = ({ code }: Damage): boolean =>
    current !== null || (isEndGone && code === CODE_OF_FAULT.tail);
  return {
    archive: { ...archive, name, index },
    runs,
    deleted,
    listed: proofs.flatMap((proof) => proof.listed),
    suspects: suspectsOf(archive, parts, blocks, end.seq),
    damages: function* () {
      for (const damage of damagesOf(blocks, isTornHarmless(parts, proofs, blocks)))
        yield isTold(damage) ? { ...damage, isOpen: false } : damage;
      yield* damagesBefore(archive);
    },
    lastSeq: end.seq,
    lastTimeNs: end.timeNs,
    counted: archive.manifest?.state ?? null,
    findings: findingsOn(archive, parts, blocks),
    notes: notesOf(archive, own, deleted, sidecars.said),
    areDeletesUnknown: index === null && isCarrierHit(archive),
    untoldDeletes: untoldDeletes({ ...archive, index }, scans),
    indexDeletes: current === null ? indexDeletesOf(own) : null,
    doubtfulPositions: doubtfulPositions(parts),
    parted: copies.length === 0 ? partsOfBlocks(blocks) : null,
    close: () => handles.close(),
  };
}

function findingsOn(archive: StreamArchive, parts: FileStreamParts, blocks: readonly ReadBlock[]): Finding[] {
  const whole = blocks.flatMap(({ block }) => (block.isPart ? [] : [block]));
  return [
    ...placed(parts.findings, archive.place),
    ...archive.findings,
    ...blockFindings(archive, parts, whole),
  ];
}

/** What backup.json declares, where it is of this stream. */
function declaredState({ manifest }: StreamArchive, name: string): ManifestState | null {
  return manifest !== null && textField(manifest.config, 'name') === name ? manifest.state : null;
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

/** What index.db, which is not current, calls deleted of all that no record of the blocks does. */
function indexDeletesOf({ index, foreignIndex, blocks, copies }: OwnBlocks): IndexDeletes | null {
  const asked = index ?? foreignIndex;
  if (asked === null) return null;
  const all = [...blocks, ...copies];
  const present = unitePacked(all.map(({ content }) => content.present));
  const held = subtractParts(present, deletedIn(all, null));
  const messages = intersectParts(held, calledDeleted(asked)).count;
  return messages === 0n ? null : { isProven: index !== null, messages };
}

function notesOf(
  { account, name: before }: StreamArchive,
  { name: stream, blocks, copies, foreignIndex }: OwnBlocks,
  deleted: SequenceParts,
  saidOfSidecars: readonly string[],
): RepairNote[] {
  const note = (code: NoteCode, text: string): RepairNote => ({ code, account, stream, text, loss: false });
  const notes = blocks
    .filter(({ block }) => block.owner.number !== block.file.index)
    .map(({ block: { file, owner } }) =>
      note('BLK_SWAPPED', `${file.entry.label} holds the records of block ${owner.number}`),
    );
  for (const { block, content } of copies) {
    const { count } = subtractParts(unitePacked([content.present]), deleted);
    if (count === 0n) continue;
    const taken = `${plural(count, 'message')} that no block holds ${count === 1n ? 'was' : 'were'}`;
    const { file, owner } = block;
    notes.push(note('BLK_COPY', `${taken} taken from ${file.entry.label}, a copy of block ${owner.number}`));
  }
  notes.push(...saidOfSidecars.map((text) => note('BIX_CORRUPT', text)));
  if (foreignIndex !== null)
    notes.push(note('INDEX_FOREIGN', 'index.db is of another stream of this name and proves nothing'));
  if (stream !== before) {
    const instead = before === '' ? '' : `, not ${before}`;
    notes.push(note('NAME_OF_RECORDS', `the name is what the records were made for: ${stream}${instead}`));
  }
  return notes;
}

/** A crash cuts the end of a store's last block; nothing that was acknowledged is gone unless an index speaks of it. */
function isTornHarmless(
  parts: FileStreamParts,
  proofs: readonly Pick<IndexProofs, 'listed'>[],
  blocks: readonly ReadBlock[],
): boolean {
  const highest = blocks.reduce((seq, { content }) => (content.highSeq > seq ? content.highSeq : seq), 0n);
  return (
    parts.form === 'store' && proofs.every(({ listed }) => listed.every(({ seqs }) => seqs.last <= highest))
  );
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
