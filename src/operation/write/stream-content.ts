import { checkBlockFiles } from '../../check/block-files.ts';
import { checkDeclared } from '../../check/declared.ts';
import { checkBlockRecords } from '../../check/block-records.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import type { V2StreamParts } from '../../container/entry.ts';
import { SourceError, ToolError } from '../../core/error.ts';
import type { Finding } from '../../findings/finding.ts';
import { declaredTimeNs, stateFromBlocks } from '../../model/stream-state.ts';
import { lostBefore } from '../../model/lost-before.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { ScanResult } from '../../workers/jobs.ts';
import { LARGEST_BLOCK_BYTES } from '../../workers/rewrite-block.ts';
import { isSound } from '../../workers/scan-block.ts';
import { walkBlocks } from '../cat/walk-blocks.ts';
import { walkV2 } from '../cat/walk-v2.ts';
import type { MessageWalk } from '../cat/stream-messages.ts';
import { MessageSieve } from '../filter/message-sieve.ts';
import { placed, type Archive } from '../open-archive.ts';
import { gatherEvidence } from '../stream-evidence.ts';
import { stateOfTotals } from '../totals-state.ts';
import { readV2Messages, v2FramingFindings } from '../v2-messages.ts';
import { readV2 } from '../../model/load-v2-stream.ts';
import { lostMessages } from '../verify/lost.ts';
import type { SoundBlock, SoundBlocks, StreamContent } from '../content.ts';

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
  if (parts.form === 'v2') return v2Content(archive, parts);
  if (archive.encrypted !== null) throw new ToolError(`${archive.name}: encrypted, its key is needed`);
  if (parts.findings.some(({ code }) => code === 'SRC_UNREADABLE'))
    throw new SourceError(`${parts.label}: the system refuses to read its data`);
  if (parts.form === 'config') throw new ToolError(`${archive.name}: a configuration without data`);
  const evidence = await gatherEvidence(archive, work, { wantSubjects: false, pending: [], known });
  const walk = (sieve: MessageSieve): MessageWalk => walkBlocks(archive, evidence.sets, sieve);
  const findings = [
    ...placed(parts.findings, archive.place),
    ...archive.findings.map(asForCopy),
    ...evidence.scan.findings,
    ...checkBlockRecords(evidence),
    ...checkBlockFiles(evidence),
    ...checkDeclared(evidence),
  ];
  return {
    state: stateFromBlocks(archive, evidence.sets, evidence.live, evidence.total, null),
    messages: walk(new MessageSieve({})),
    walk,
    blocks: soundBlocks(archive, evidence, work),
    ...(await lossOf(evidence, findings, work)),
    lostBefore: lostBefore(archive),
    findings,
  };
}

/** Whatever the stream's folder is called, a copy gets the stream's own name. */
function asForCopy(finding: Finding): Finding {
  return finding.code === 'META_FOLDER_RENAMED' ? { ...finding, severity: 'warning' } : finding;
}

/** What a copy lacks: where anything of the stream is damaged, as exactly as a repair tells it. */
async function lossOf(
  evidence: StreamEvidence,
  findings: readonly Finding[],
  work: Archive,
): Promise<Pick<StreamContent, 'lost' | 'lossCount'>> {
  const lost = lostMessages(evidence);
  const isDamaged =
    lost.msgs.length > 0 ||
    findings.some(({ code }) => TELLS_OF_LOSS.test(code)) ||
    hasLonelySidecar(evidence.archive);
  if (!isDamaged) return { lost };
  const { lossesOfCopy } = await import('../salvage/copy-losses.ts');
  const { lost: all, messages, repairable } = await lossesOfCopy(evidence.archive, work, evidence.live);
  return { lost: all, lossCount: { messages, repairable } };
}

/** Codes of blocks, of what carries them, and of messages that are missing. */
const TELLS_OF_LOSS = /^(?:S2|TAR|GZIP|BLK|SRC)_|^(?:IDX_AHEAD|IDX_END_MISSING|DECL_MESSAGES_FEWER)$/;

/** Whether a block is gone beside which a server up to 2.9 kept an `.idx` file. */
function hasLonelySidecar({ parts }: StreamArchive): boolean {
  if (parts.form === 'v2' || parts.form === 'config') return false;
  const paths = new Set(parts.entries.map(({ path }) => path));
  return parts.entries.some(({ path, sizeBytes }) => {
    const number = /^msgs\/(\d+)\.idx$/.exec(path)?.[1];
    return number !== undefined && sizeBytes > 0 && !paths.has(`msgs/${number}.blk`);
  });
}

function v2Content(archive: StreamArchive, parts: V2StreamParts): ArchivedContent {
  const { total, findings } = readV2Messages(archive, parts, { wantSubjects: true, pending: [] });
  const [damage] = v2FramingFindings(archive, parts);
  if (damage !== undefined)
    throw new ToolError(
      `${archive.name || parts.label}: ${damage.code}: ${damage.message}; messages of a V2 archive have no checksums of their own, so ` +
        'nothing tells which are sound: `natsarc repair` takes those outside the damage',
    );
  const declared = readV2(parts, archive.place, null).state;
  const lastSeq = declared !== null && declared.lastSeq > total.lastSeq ? declared.lastSeq : total.lastSeq;
  const walk = (sieve: MessageSieve): MessageWalk => walkV2(archive, parts, sieve).messages;
  return {
    state: stateOfTotals(total, lastSeq, declaredTimeNs(declared?.lastTime ?? null)),
    messages: walk(new MessageSieve({})),
    walk,
    lost: { msgs: [], bytes: 0 },
    lostBefore: lostBefore(archive),
    findings: [...placed(parts.findings, archive.place), ...archive.findings, ...findings],
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
