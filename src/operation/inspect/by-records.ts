import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { areSameParts } from '../../core/sequence-part-sets.ts';
import { SequenceParts } from '../../core/sequence-parts.ts';
import type { StreamIndex } from '../../format/index/types.ts';
import { packedLive } from '../../model/live-set.ts';
import { stateFromBlocks, stateFromIndex, type StateNumbers } from '../../model/stream-state.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { needsSubjects, pendingQueries } from '../state/consumer-report.ts';
import { fileStreamFindings } from '../read/file-stream-findings.ts';
import type { Archive } from '../open/open-archive.ts';
import { gatherEvidence } from '../read/stream-evidence.ts';
import type { BlockReport } from '../types.ts';
import { reportOf } from './report-of.ts';
import { subjectReports } from './subjects.ts';
import type { InspectedStream, InspectOptions } from './types.ts';

type Evidence = Awaited<ReturnType<typeof gatherEvidence>>;

/** A stream by its records: what of it can be read, and all that `verify` finds. */
export async function inspectByRecords(
  archive: StreamArchive,
  work: Archive,
  options: InspectOptions,
): Promise<InspectedStream> {
  const index = archive.indexStanding === 'current' ? archive.index : null;
  const wantSubjects = options.subjects === true || index === null || needsSubjects(archive);
  const read = await gatherEvidence(archive, work, { wantSubjects, pending: pendingQueries(archive) });
  const kept = index === null ? read.live : new SequenceParts(index.blocks.map(packedLive));
  const isAsIndexed = index !== null && areSameParts(read.live, kept);
  const evidence = isAsIndexed || wantSubjects ? read : await withSubjects(read, work);
  const { sets, live, total } = evidence;
  // What cannot be read was not deleted.
  const found = stateFromBlocks(archive, sets, kept, total, total.subjects.size);
  const state = isAsIndexed ? stateFromIndex(index) : index === null ? found : withEndOf(index, found);
  const report = {
    ...reportOf(archive, state, { live, total }, options),
    blocks: scannedBlockReports(evidence),
    ...(options.subjects === true ? { subjects: subjectReports(total.subjects, options.top) } : {}),
  };
  return { report, findings: fileStreamFindings(evidence, state.lastSeq), isRead: true };
}

/** A current index knows the last sequence and its time, whether the message is there or not. */
function withEndOf({ lastSeq, lastTimeNs }: StreamIndex, found: StateNumbers): StateNumbers {
  return { ...found, lastSeq, lastTimeNs };
}

/** Counts the subjects of what is left: index.db counts others. */
async function withSubjects(read: Evidence, { pool }: Pick<Archive, 'pool'>): Promise<Evidence> {
  const { archive, results: known } = read;
  const options = { wantSubjects: true, pending: pendingQueries(archive), known };
  return gatherEvidence(archive, { pool, onBytes: () => {} }, options);
}

function scannedBlockReports(evidence: StreamEvidence): BlockReport[] {
  return evidence.sets.map((set) => {
    const { count: messages } = set.live;
    const [first, last] = messages === 0n ? [null, null] : [set.live.first, set.live.last];
    const kept = new SequenceParts([set.expected ?? set.live]);
    return {
      index: set.block.index,
      bytes: set.block.entry.sizeBytes,
      compression: evidence.results.get(set.block.index)?.compression ?? null,
      messages: Number(messages),
      first_seq: first,
      last_seq: last,
      num_deleted:
        first === null || last === null ? 0 : Number(last - first + 1n - kept.countWithin(first, last)),
      tombstones: set.scan.tombstoneSeqs.length,
    };
  });
}
