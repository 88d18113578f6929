import type { OnBytes } from '../types.ts';
import type { PackedRanges } from '../../core/packed-ranges.ts';
import { hashKey } from '../../codec/highwayhash.ts';
import { makeFinding, type Finding } from '../../findings/finding.ts';
import type { PackedScan, MessageTotals } from '../../kernels/types.ts';
import { packedLive, type BlockLiveSet } from '../../model/live-set.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import type { ScanJob, ScanResult } from '../../workers/jobs/scan.ts';
import type { PendingQuery, SubjectTally, TallyJob, TallyResult } from '../../workers/jobs/tally.ts';
import type { Pool } from '../../workers/pool.ts';
import { addSubjects } from '../../workers/subject-columns.ts';

const NO_TWINS: readonly SourceDescriptor[] = [];

/** What the records of a stream's blocks say, by block number. */
export interface StreamScan {
  readonly results: ReadonlyMap<number, ScanResult>;
  readonly scans: ReadonlyMap<number, PackedScan>;
  /** Faults of the compression around the records. */
  readonly findings: readonly Finding[];
}

/** What a scan of a stream looks for. */
export interface ScanOptions {
  /** Blocks of which it is known already what a scan would say, by number. */
  readonly known?: ReadonlyMap<number, ScanResult> | undefined;
  /** Other copies of a block, to be compared with it. */
  readonly twinsOf?: (block: BlockFile) => readonly SourceDescriptor[];
  /** Tell where blocks can be cut. */
  readonly wantsCuts?: boolean;
}

/** Checks every record of every block of a stream. */
export async function scanStream(
  archive: StreamArchive,
  pool: Pool,
  onBytes: OnBytes,
  options: ScanOptions = {},
): Promise<StreamScan> {
  const blocks = archive.blocks.filter((block) => options.known?.has(block.index) !== true);
  const jobOf = scanJobs(archive, options);
  for (const { index, entry } of archive.blocks)
    if (options.known?.has(index) === true) onBytes(entry.sizeBytes, entry.label);
  const jobs = blocks.map(jobOf);
  const done = await pool.run(jobs, (_, at) => {
    const entry = blocks[at]?.entry;
    if (entry !== undefined) onBytes(entry.sizeBytes, entry.label);
  });
  const results = new Map(options.known);
  blocks.forEach((block, at) => {
    const result = done[at];
    if (result !== undefined) results.set(block.index, result);
  });
  const findings: Finding[] = [];
  for (const block of archive.blocks) {
    const result = results.get(block.index);
    if (result === undefined) continue;
    for (const fault of result.blockFaults)
      findings.push(makeFinding(fault, { ...archive.place, file: block.entry.label }));
    for (const fault of result.carrierFaults)
      findings.push(makeFinding(fault, { ...archive.place, file: archive.parts.label }));
  }
  const scans = new Map([...results].map(([index, result]) => [index, result.scan]));
  return { results, scans, findings };
}

/** How the blocks of a stream are scanned. */
export function scanJobs(archive: StreamArchive, options: ScanOptions = {}): (block: BlockFile) => ScanJob {
  const presumed = presumedLive(archive);
  return (block) => ({
    kind: 'scan',
    source: descriptorOf(block.entry),
    key: hashKey(`${archive.name}-${block.index}`),
    headerSeqs: archive.ttlWheel !== null || archive.schedule !== null,
    live: presumed.get(block.index),
    twins: options.twinsOf?.(block) ?? NO_TWINS,
    wantsCuts: options.wantsCuts ?? false,
  });
}

/** By block number what a current index counts as live, of the blocks that hold deleted messages. */
function presumedLive(archive: StreamArchive): ReadonlyMap<number, PackedRanges> {
  const index = archive.indexStanding === 'current' ? archive.index : null;
  const partly = (index?.blocks ?? []).filter((block) => block.numDeleted > 0n);
  return new Map(partly.map((block) => [block.index, packedLive(block)]));
}

/** Each may have thousands of subjects, which are added up when they are all done. */
const TALLIED_AT_ONCE = 16;

/** Adds up the live messages of blocks, in threads, in block order; their subjects are added to `subjects`. */
export async function tallyBlocks(
  archive: StreamArchive,
  sets: readonly BlockLiveSet[],
  pool: Pool,
  options: { readonly wantSubjects: boolean; readonly pending: readonly PendingQuery[] },
  subjects: Map<string, SubjectTally>,
): Promise<TallyResult[]> {
  const jobs = sets.map((set): TallyJob => ({
    kind: 'tally',
    source: descriptorOf(set.block.entry),
    key: hashKey(`${archive.name}-${set.block.index}`),
    live: set.live,
    ...options,
  }));
  const tallies: TallyResult[] = [];
  for (let at = 0; at < jobs.length; at += TALLIED_AT_ONCE)
    for (const block of await pool.run(jobs.slice(at, at + TALLIED_AT_ONCE), () => {})) {
      addSubjects(subjects, block.subjects);
      tallies.push({ ...block, subjects: NO_SUBJECTS });
    }
  return tallies;
}

export const NO_SUBJECTS: ReadonlyMap<string, SubjectTally> = new Map();

/** What no message adds up to. */
export const NOTHING: MessageTotals = {
  messages: 0,
  bytes: 0,
  firstSeq: 0n,
  lastSeq: 0n,
  firstTimeNs: 0n,
  lastTimeNs: 0n,
  subjectDigest: 0n,
};

/** A tally of a block that needs no second look: every message record in it is live, or (`isDead`) none. */
export function tallyOfScan(scan: PackedScan, isDead: boolean): TallyResult {
  return tallyOf(isDead ? NOTHING : scan);
}

/** A tally that counts neither subjects nor consumers. */
export function tallyOf(totals: MessageTotals): TallyResult {
  const { messages, bytes, firstSeq, lastSeq, firstTimeNs, lastTimeNs, subjectDigest } = totals;
  return {
    kind: 'tally',
    messages,
    bytes,
    firstSeq,
    lastSeq,
    firstTimeNs,
    lastTimeNs,
    subjectDigest,
    subjects: new Map(),
    pending: [],
  };
}

/** Joins the tallies of a stream's blocks, given in block order, and their subjects. */
export function joinTallies(
  parts: readonly TallyResult[],
  queries: number,
  subjects: ReadonlyMap<string, SubjectTally>,
): TallyResult {
  const filled = parts.filter((part) => part.messages > 0);
  const pending = Array.from({ length: queries }, (_, i) =>
    filled.reduce((sum, part) => sum + (part.pending[i] ?? 0), 0),
  );
  return {
    kind: 'tally',
    messages: filled.reduce((sum, part) => sum + part.messages, 0),
    bytes: filled.reduce((sum, part) => sum + part.bytes, 0),
    firstSeq: filled[0]?.firstSeq ?? 0n,
    firstTimeNs: filled[0]?.firstTimeNs ?? 0n,
    lastSeq: filled.at(-1)?.lastSeq ?? 0n,
    lastTimeNs: filled.at(-1)?.lastTimeNs ?? 0n,
    subjectDigest: BigInt.asUintN(
      64,
      filled.reduce((sum, part) => sum + part.subjectDigest, 0n),
    ),
    subjects,
    pending,
  };
}
