import { placeName } from '../../container/entries.ts';
import { checkBlockFiles } from '../../check/block-files.ts';
import { checkConfig } from '../../check/config.ts';
import { checkDeclared, declaredFaults } from '../../check/declared.ts';
import { checkBlockRecords } from '../../check/block-records.ts';
import { checkIndexSubjects } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { V2StreamParts } from '../../container/entry.ts';
import { SourceError, ToolError } from '../../core/error.ts';
import { nameText } from '../../core/name.ts';
import { makeFinding, type Finding } from '../../findings/finding.ts';
import { isMarked } from '../../findings/marks.ts';
import { tookNothing } from '../../findings/status.ts';
import { declaredTimeNs, stateFromBlocks } from '../../model/stream-state.ts';
import { lostBefore } from '../../model/lost-before.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { ScanResult } from '../../workers/jobs/scan.ts';
import { LARGEST_BLOCK_BYTES } from '../../workers/rewrite-block.ts';
import { isSound } from '../../workers/scan-block.ts';
import { walkBlocks } from '../cat/walk-blocks.ts';
import { V2Walk } from '../cat/walk-v2.ts';
import type { MessageWalk } from '../content/message-walk.ts';
import { noteText } from '../../findings/note-text.ts';
import { deleteNotes } from '../deletes/delete-notes.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import type { Archive } from '../open/open-archive.ts';
import { placed } from '../open/report-source.ts';
import { gatherEvidence } from '../read/stream-evidence.ts';
import type { CopyLosses } from '../loss/copy-losses.ts';
import { findingsBesideBlocks, NO_RESULTS, streamLosses } from '../loss/stream-losses.ts';
import { lossFields } from '../loss/loss-fields.ts';
import { stateOfTotals } from '../state/totals-state.ts';
import { whyWithoutData } from '../open/why-without-data.ts';
import { readV2Messages, v2FramingFindings } from '../read/v2-messages.ts';
import { readV2Head } from '../../model/load-v2-stream.ts';
import type { SoundBlock, SoundBlocks, StreamContent } from '../content/content.ts';

/** The live messages of a block whose every record is sound. */
export function soundBlock(name: string, { block, live }: Pick<BlockLiveSet, 'block' | 'live'>): SoundBlock {
  return {
    open: async () => ({ source: descriptorOf(block.entry), input: { holds: 'block' } }),
    live,
    owner: { name, number: block.index },
    file: block,
  };
}

/** The content of an archive; `walk` leaves out what the sieve's sequences and limit leave out, block by block. */
export interface ArchivedContent extends StreamContent {
  readonly walk: (sieve: MessageSieve) => MessageWalk;
}

/**
 * Checks every record of a stream; `known`: blocks that were checked already. Throws ToolError where it holds nothing that can
 * be read.
 */
export async function streamContent(
  archive: StreamArchive,
  work: Archive,
  known?: ReadonlyMap<number, ScanResult>,
): Promise<ArchivedContent> {
  const { parts } = archive;
  if (parts.form === 'v2') return v2Content(archive, parts, work);
  if (archive.encrypted !== null) throw new ToolError(`${archive.name}: encrypted, its key is needed`);
  if (parts.findings.some(({ code }) => code === 'SRC_UNREADABLE'))
    throw new SourceError(`${placeName(parts)}: the system refuses to read its data`);
  if (parts.form === 'config') throw new ToolError(`${nameText(archive.name)}: ${whyWithoutData(parts)}`);
  const evidence = await gatherEvidence(archive, work, { wantSubjects: false, pending: [], known });
  const walk = (sieve: MessageSieve): MessageWalk => walkBlocks(archive, evidence.sets, sieve);
  const first = [
    ...placed(parts.findings, archive.place),
    ...archive.findings.filter(({ code }) => !isMarked(code, 'folder-name')),
    ...evidence.scan.findings,
  ];
  const last = [...checkBlockFiles(evidence), ...checkDeclared(evidence), ...checkIndexSubjects(evidence)];
  const findings = oneByOne(() => [first, checkBlockRecords(evidence), last]);
  const all = oneByOne(() => [findings, findingsBesideBlocks(evidence)]);
  const losses = await streamLosses(evidence, all, work);
  return {
    state: stateFromBlocks(archive, evidence.sets, evidence.live, evidence.total, null),
    messages: walk(new MessageSieve({})),
    walk,
    blocks: soundBlocks(archive, evidence, work),
    ...lossOf(losses),
    lostBefore: lostBefore(archive),
    findings: losses.isWhole ? oneByOne(() => [findings], tookNothing) : findings,
    notes: [...renamedNotes(archive), ...ownerNotes(archive, losses), ...deleteNotes(evidence).map(noteText)],
  };
}

/** Lists one behind the other, made anew each time they are gone through. */
function oneByOne(
  lists: () => readonly Iterable<Finding>[],
  as: (finding: Finding) => Finding = (finding) => finding,
): Iterable<Finding> {
  return {
    *[Symbol.iterator]() {
      for (const list of lists()) for (const finding of list) yield as(finding);
    },
  };
}

/** Doubtful ones count as lost, as `verify` has it. */
function lossOf(losses: CopyLosses): Pick<StreamContent, 'lost' | 'lossCount'> {
  const {
    lost,
    lost_messages: messages,
    repairable_messages: repairable,
    doubtful_messages: doubtful,
  } = lossFields(losses);
  return { lost, lossCount: { messages, repairable, doubtful } };
}

function renamedNotes({ name, findings }: StreamArchive): string[] {
  return findings
    .filter(({ code }) => isMarked(code, 'folder-name'))
    .map(
      ({ code, data }) =>
        `the folder is called ${String(data?.['folder'])}, its stream ${name}: what is written has the stream's name, a server takes the folder for damaged (${code})`,
    );
}

/** A configuration that is another stream's: a repair goes by the records. */
function ownerNotes({ name }: StreamArchive, { owner }: CopyLosses): string[] {
  if (owner === null) return [];
  return [
    `${name}: its records were made for ${owner}, so that none of them is in it: natsarc repair writes them under that name (NAME_OF_RECORDS)`,
  ];
}

async function v2Content(
  archive: StreamArchive,
  parts: V2StreamParts,
  work: Archive,
): Promise<ArchivedContent> {
  const all = { wantSubjects: true, pending: [], signal: work.signal };
  const messages = await readV2Messages(archive, parts, all);
  const { total, live } = messages;
  const [damage] = v2FramingFindings(archive, parts);
  if (damage !== undefined)
    throw new ToolError(
      `${archive.name || placeName(parts)}: ${damage.code}: ${damage.message}; messages of a V2 archive have no checksums of their own, so ` +
        `nothing tells which are sound: natsarc repair ${work.container.path} --out FOLDER writes those outside the damage`,
    );
  const declared = readV2Head(parts, archive.place).state;
  const lastSeq = declared !== null && declared.lastSeq > total.lastSeq ? declared.lastSeq : total.lastSeq;
  const walk = (sieve: MessageSieve): MessageWalk => new V2Walk(archive, parts, sieve).messages;
  const file = parts.manifest?.label ?? parts.label;
  const findings = [
    ...placed(parts.findings, archive.place),
    ...archive.findings,
    ...messages.findings,
    ...checkConfig(archive),
    ...declaredFaults(archive, live, total, true).map((fault) =>
      makeFinding(fault, { ...archive.place, file }),
    ),
  ];
  const losses = await streamLosses({ archive, live, results: NO_RESULTS }, findings, work);
  return {
    state: stateOfTotals(total, lastSeq, declaredTimeNs(declared?.lastTime ?? null)),
    messages: walk(new MessageSieve({})),
    walk,
    ...lossOf(losses),
    lostBefore: lostBefore(archive),
    findings: losses.isWhole ? findings.map(tookNothing) : findings,
  };
}

function soundBlocks(
  archive: StreamArchive,
  { sets, results }: StreamEvidence,
  { pool }: Archive,
): SoundBlocks | undefined {
  for (const { block, scan } of sets) {
    const result = results.get(block.index);
    if (result === undefined || !isSound(result) || scan.rawBytes > LARGEST_BLOCK_BYTES) return undefined;
  }
  const filled = sets.filter(({ live }) => live.count > 0n);
  return { blocks: filled.map((set) => soundBlock(archive.name, set)), pool };
}
