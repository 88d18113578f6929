import { packRanges, unpackRanges, type PackedRanges } from '../../core/packed-ranges.ts';
import { areSamePacked } from '../../core/packed-sets.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { SequenceParts } from '../../core/sequence-parts.ts';
import { intersectRanges } from '../../core/sequence-ranges.ts';
import type { MessageTotals } from '../../kernels/types.ts';
import { liveSets, type BlockLiveSet } from '../../model/live-set.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { PendingQuery, SubjectTally } from '../../workers/jobs/tally.ts';
import { applyLimits } from './apply-limits.ts';
import { withoutIndexedDeletes } from '../deletes/index-deletes.ts';
import type { Archive } from '../open/open-archive.ts';
import {
  joinTallies,
  scanStream,
  tallyBlocks,
  tallyOf,
  tallyOfScan,
  type ScanOptions,
  type StreamScan,
} from './scan-stream.ts';

/** What is wanted beside the totals. */
export interface EvidenceOptions extends ScanOptions {
  /** Count messages and bytes of each subject. */
  readonly wantSubjects: boolean;
  /** What consumers wait for; counted in the order given. */
  readonly pending: readonly PendingQuery[];
}

/** Reads every record of a stream kept as files and adds up what is live. */
export async function gatherEvidence(
  archive: StreamArchive,
  work: Pick<Archive, 'pool' | 'onBytes'>,
  options: EvidenceOptions,
): Promise<StreamEvidence & { readonly scan: StreamScan }> {
  const scan = await scanStream(archive, work.pool, work.onBytes, options);
  const rebuilt = liveSets(archive, scan.scans);
  const proven = withoutIndexedDeletes(archive, rebuilt);
  const sets = applyLimits(archive, proven.sets);
  const live = new SequenceParts(sets.map((set) => set.live));
  const subjects = new Map<string, SubjectTally>();
  const tallies = await tallyAll(archive, sets, scan, work, options, subjects);
  return {
    archive,
    results: scan.results,
    sets,
    tallies,
    live,
    total: joinTallies(tallies, options.pending.length, subjects),
    served:
      proven.sets === rebuilt
        ? live
        : new SequenceParts(applyLimits(archive, rebuilt).map((set) => set.live)),
    indexDeletes: proven.deletes,
    scan,
  };
}

/** A second look only at blocks that hold dead records, unless subjects or consumers want to be counted. */
async function tallyAll(
  archive: StreamArchive,
  sets: readonly BlockLiveSet[],
  scan: StreamScan,
  work: Pick<Archive, 'pool'>,
  options: EvidenceOptions,
  subjects: Map<string, SubjectTally>,
): Promise<StreamEvidence['tallies']> {
  const needsAll = options.wantSubjects || options.pending.length > 0;
  const known = (set: BlockLiveSet): MessageTotals | null =>
    isLiveAsPresumed(set, scan.results.get(set.block.index)?.presumed ?? null) ? set.scan.live : null;
  const again = sets.filter((set) => (needsAll ? set.live.count > 0n : set.hasDead && known(set) === null));
  const { wantSubjects, pending } = options;
  const counted = await tallyBlocks(archive, again, work.pool, { wantSubjects, pending }, subjects);
  const byBlock = new Map(again.map((set, i) => [set.block.index, counted[i]]));
  return sets.map((set) => {
    const totals = set.hasDead && !needsAll ? known(set) : null;
    return (
      byBlock.get(set.block.index) ?? (totals === null ? tallyOfScan(set.scan, needsAll) : tallyOf(totals))
    );
  });
}

/** Whether what is live turned out to be what the index had made believe when the block was read. */
function isLiveAsPresumed(set: BlockLiveSet, presumed: PackedRanges | null): boolean {
  if (presumed === null || set.scan.live === null) return false;
  const seen = intersectRanges(unpackRanges(set.scan.ranges), unpackRanges(presumed));
  return areSamePacked(packRanges(seen), set.live);
}
