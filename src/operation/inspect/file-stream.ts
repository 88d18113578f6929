import { behindDeclared, checkDeclaredMessages } from '../../check/declared.ts';
import { SequenceParts } from '../../core/sequence-parts.ts';
import type { StreamIndex } from '../../format/index/types.ts';
import { packedLive } from '../../model/live-set.ts';
import { stateFromIndex } from '../../model/stream-state.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import { readBlockCompression } from '../../model/block-head.ts';
import { carrierFindingsSoFar } from '../read/carrier-findings.ts';
import type { Archive } from '../open/open-archive.ts';
import type { BlockReport } from '../types.ts';
import { baseReport, emptyBlockReport, reportOf } from './report-of.ts';
import { subjectsOfIndex } from './subjects.ts';
import type { InspectedStream, InspectOptions } from './types.ts';

/** A stream kept as files: by its index where that is enough, else by its records. */
export async function inspectFileStream(
  archive: StreamArchive,
  work: Archive,
  options: InspectOptions,
): Promise<InspectedStream> {
  if (archive.encrypted !== null || archive.form === 'config')
    return {
      report: { ...baseReport(archive), state: null },
      findings: [...archive.findings, ...carrierFindingsSoFar(archive)],
      isRead: false,
    };
  const index = archive.indexStanding === 'current' ? archive.index : null;
  if (index !== null && options.deep !== true) return inspectByIndex(archive, index, options);
  const { inspectByRecords } = await import('./by-records.ts');
  return inspectByRecords(archive, work, options);
}

function inspectByIndex(
  archive: StreamArchive,
  index: StreamIndex,
  options: InspectOptions,
): InspectedStream {
  const live = new SequenceParts(index.blocks.map(packedLive));
  const state = stateFromIndex(index);
  const listed = new Map(index.blocks.map((block) => [block.index, block]));
  const report = {
    ...reportOf(archive, state, { live, total: null }, options),
    blocks: archive.blocks.map((block) => indexedBlockReport(block, listed.get(block.index))),
    ...(options.subjects === true ? { subjects: subjectsOfIndex(index, options.top) } : {}),
  };
  const fewer = checkDeclaredMessages(archive, index.messages, behindDeclared(archive, live), false);
  return {
    report,
    findings: [...archive.findings, ...carrierFindingsSoFar(archive), ...fewer],
    isRead: false,
  };
}

function indexedBlockReport(
  block: BlockFile,
  listed: StreamIndex['blocks'][number] | undefined,
): BlockReport {
  return {
    ...emptyBlockReport(block),
    compression: readBlockCompression(block.entry),
    messages: listed === undefined ? 0 : Number(packedLive(listed).count),
    first_seq: listed?.firstSeq ?? null,
    last_seq: listed?.lastSeq ?? null,
    num_deleted: listed === undefined ? 0 : Number(listed.numDeleted),
  };
}
