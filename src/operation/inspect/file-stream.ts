import { checkBlockRecords } from '../../check/block-records.ts';
import { checkBlockFiles } from '../../check/block-files.ts';
import { checkIndexAgainstBlocks } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { SequenceParts } from '../../core/sequence-parts.ts';
import type { StreamIndex } from '../../format/index/types.ts';
import { packedLive } from '../../model/live-set.ts';
import { stateFromBlocks, stateFromIndex, type StateNumbers } from '../../model/stream-state.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import { readBlockCompression } from '../../model/block-head.ts';
import { consumerReports, needsSubjects, pendingQueries, type PendingFacts } from '../consumer-report.ts';
import { declaredStates } from '../declared-states.ts';
import type { Archive } from '../open-archive.ts';
import { stateReport } from '../state-report.ts';
import { gatherEvidence } from '../stream-evidence.ts';
import type { BlockReport, StreamReport } from '../types.ts';
import { subjectReports, subjectsOfIndex } from './subjects.ts';
import type { InspectedStream, InspectOptions } from './types.ts';

/** A stream kept as files: by its index where that is enough, else by its records. */
export async function inspectFileStream(
  archive: StreamArchive,
  work: Archive,
  options: InspectOptions,
): Promise<InspectedStream> {
  if (archive.encrypted !== null || archive.form === 'config')
    return { report: { ...baseReport(archive), state: null }, findings: archive.findings };
  const index = archive.indexStanding === 'current' ? archive.index : null;
  if (index !== null && options.deep !== true) return inspectByIndex(archive, index, options);
  return inspectByRecords(archive, work, options);
}

function baseReport(archive: StreamArchive): Omit<StreamReport, 'state'> {
  return {
    name: archive.name,
    created: archive.created,
    config: archive.config,
    declared: declaredStates(archive, null),
    encrypted: archive.encrypted,
    blocks: archive.blocks.map((block) => emptyBlockReport(block)),
    consumers: consumerReports(archive, { live: null, total: null }),
  };
}

function emptyBlockReport(block: BlockFile): BlockReport {
  return {
    index: block.index,
    bytes: block.entry.sizeBytes,
    compression: null,
    messages: null,
    first_seq: null,
    last_seq: null,
    num_deleted: null,
    tombstones: null,
  };
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
  return { report, findings: archive.findings };
}

function reportOf(
  archive: StreamArchive,
  state: StateNumbers,
  facts: PendingFacts,
  options: InspectOptions,
): StreamReport {
  const consumerCount = archive.consumers.length;
  return {
    ...baseReport(archive),
    state: stateReport(state, { consumerCount, gaps: options.gaps === true }),
    consumers: consumerReports(archive, facts),
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

async function inspectByRecords(
  archive: StreamArchive,
  work: Archive,
  options: InspectOptions,
): Promise<InspectedStream> {
  const index = archive.indexStanding === 'current' ? archive.index : null;
  const wantSubjects = options.subjects === true || index === null || needsSubjects(archive);
  const evidence = await gatherEvidence(archive, work, { wantSubjects, pending: pendingQueries(archive) });
  const { sets, live, total } = evidence;
  const state =
    index === null ? stateFromBlocks(archive, sets, live, total, total.subjects.size) : stateFromIndex(index);
  const report = {
    ...reportOf(archive, state, { live, total }, options),
    blocks: scannedBlockReports(evidence),
    ...(options.subjects === true ? { subjects: subjectReports(total.subjects, options.top) } : {}),
  };
  const found = [checkBlockRecords, checkBlockFiles, checkIndexAgainstBlocks].flatMap((check) =>
    check(evidence),
  );
  return { report, findings: [...archive.findings, ...evidence.scan.findings, ...found] };
}

function scannedBlockReports(evidence: StreamEvidence): BlockReport[] {
  return evidence.sets.map((set) => {
    const { count: messages } = set.live;
    const [first, last] = messages === 0n ? [null, null] : [set.live.first, set.live.last];
    return {
      index: set.block.index,
      bytes: set.block.entry.sizeBytes,
      compression: evidence.results.get(set.block.index)?.compression ?? null,
      messages: Number(messages),
      first_seq: first,
      last_seq: last,
      num_deleted: first === null || last === null ? 0 : Number(last - first + 1n - messages),
      tombstones: set.scan.tombstoneSeqs.length,
    };
  });
}
