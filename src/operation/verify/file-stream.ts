import { checkConfig } from '../../check/config.ts';
import type { ScanResult } from '../../workers/jobs/scan.ts';
import { makeFinding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import { stateFromBlocks } from '../../model/stream-state.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { declaredStates } from '../state/declared-states.ts';
import { deleteNotes } from '../deletes/delete-notes.ts';
import { fileStreamFindings } from '../read/file-stream-findings.ts';
import { predictForeignV2 } from '../predict/foreign-v2.ts';
import { predictFileStream, predictWithoutData } from '../predict/predict.ts';
import { stateReport } from '../state/state-report.ts';
import { gatherEvidence } from '../read/stream-evidence.ts';
import type { CopyLosses } from '../loss/copy-losses.ts';
import {
  lossesPastDamage,
  lossesWithoutData,
  missingMessages,
  NO_LOSSES,
  streamLosses,
} from '../loss/stream-losses.ts';
import { lossFields } from '../loss/loss-fields.ts';
import type { VerifiedStream, VerifyWork } from './types.ts';

/**
 * Every check of a stream kept as files. One that cannot be opened (encrypted, no data) is told, not judged. Threads
 * end behind the last stream, while it is judged.
 */
export async function verifyFileStream(
  archive: StreamArchive,
  work: VerifyWork,
  isLast: boolean,
): Promise<VerifiedStream> {
  const isReadable = archive.encrypted === null && archive.form !== 'config';
  if (!isReadable || archive.name === '') return unread(archive, isReadable, work);
  const known = knownBlocks(archive, work);
  const evidence = await gatherEvidence(archive, work, { wantSubjects: false, pending: [], known });
  if (isLast && work.ownsPool) work.pool.closeIfIdle();
  const state = stateFromBlocks(archive, evidence.sets, evidence.live, evidence.total, null);
  const findings = fileStreamFindings(evidence, state.lastSeq);
  const all = [...archive.parts.findings, ...findings];
  const losses = await streamLosses(evidence, all, work);
  return {
    report: {
      account: archive.account,
      name: archive.name,
      declared: declaredStates(archive, null)[0]?.state ?? null,
      actual: stateReport(state, { consumerCount: archive.consumers.length, gaps: false }),
      ...lossFields(losses),
      predictions:
        work.container.kind === 'block'
          ? []
          : predictFileStream(evidence, missingMessages(losses, all), all, work),
    },
    findings,
    notes: deleteNotes(evidence),
    blocks: archive.blocks.length,
    messages: evidence.total.messages,
    consumers: archive.consumers.length,
    bytes: archive.parts.sizeBytes,
  };
}

/** Blocks that were scanned when they were written. */
function knownBlocks(
  { blocks }: StreamArchive,
  { readBacks }: Pick<VerifyWork, 'readBacks'>,
): ReadonlyMap<number, ScanResult> {
  const known = new Map<number, ScanResult>();
  if (readBacks === undefined) return known;
  for (const { index, entry } of blocks) {
    const found = readBacks.find(descriptorOf(entry));
    if (found !== undefined) known.set(index, found);
  }
  return known;
}

/** Of a snapshot that is damaged where its stream's name stands a repair may read what lies behind. */
async function lossesUnread(archive: StreamArchive, work: VerifyWork): Promise<CopyLosses> {
  if (archive.form === 'config') return lossesWithoutData(archive, work);
  const { findings } = archive.parts;
  return hasMark(findings, 'ends-reading') ? lossesPastDamage(archive, work) : NO_LOSSES;
}

async function unread(
  archive: StreamArchive,
  isReadable: boolean,
  work: VerifyWork,
): Promise<VerifiedStream> {
  const losses = await lossesUnread(archive, work);
  const unnamed = archive.blocks.map((block) =>
    makeFinding({ code: 'BLK_NAME_UNKNOWN', data: { block: block.index } }, { file: block.entry.label }),
  );
  return {
    report: {
      account: archive.account,
      name: archive.name,
      declared: declaredStates(archive, null)[0]?.state ?? null,
      actual: null,
      ...lossFields(losses),
      predictions: (await predictForeignV2(archive, work)) ?? predictWithoutData(archive),
    },
    findings: [...archive.findings, ...checkConfig(archive), ...(isReadable ? unnamed : [])],
    notes: [],
    blocks: 0,
    messages: 0,
    consumers: archive.consumers.length,
    bytes: archive.parts.sizeBytes,
  };
}
