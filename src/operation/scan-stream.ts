import { hashKey } from '../codec/highwayhash.ts';
import { makeFinding, type Finding } from '../findings/finding.ts';
import type { BlockScan } from '../kernels/types.ts';
import type { BlockLiveSet } from '../model/live-set.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import type { PendingQuery, ScanJob, ScanResult, TallyJob, TallyResult } from '../workers/jobs.ts';
import type { Pool } from '../workers/pool.ts';
import { Tally } from '../workers/tally-block.ts';

export type OnBytes = (bytes: number, label: string) => void;

/** What the records of a stream's blocks say, by block number. */
export interface StreamScan {
  readonly results: ReadonlyMap<number, ScanResult>;
  readonly scans: ReadonlyMap<number, BlockScan>;
  /** Faults of the compression around the records. */
  readonly findings: readonly Finding[];
}

/** Checks every record of every block of a stream. */
export async function scanStream(archive: StreamArchive, pool: Pool, onBytes: OnBytes): Promise<StreamScan> {
  const jobs = archive.blocks.map((block): ScanJob => {
    const source = block.entry.open();
    source.close();
    return {
      kind: 'scan',
      source: source.descriptor,
      key: hashKey(`${archive.name}-${block.index}`),
      headerSeqs: archive.ttlWheel !== null || archive.schedule !== null,
    };
  });
  const done = await pool.run(jobs, (_, at) => {
    const entry = archive.blocks[at]?.entry;
    if (entry !== undefined) onBytes(entry.sizeBytes, entry.label);
  });
  const results = new Map<number, ScanResult>();
  const findings: Finding[] = [];
  archive.blocks.forEach((block, at) => {
    const result = done[at];
    if (result === undefined) return;
    results.set(block.index, result);
    for (const fault of result.blockFaults)
      findings.push(makeFinding(fault, { ...archive.place, file: block.entry.label }));
    for (const fault of result.carrierFaults)
      findings.push(makeFinding(fault, { ...archive.place, file: archive.parts.label }));
  });
  const scans = new Map([...results].map(([index, result]) => [index, result.scan]));
  return { results, scans, findings };
}

/** Adds up the live messages of blocks, in threads; the parts are joined in block order. */
export async function tallyBlocks(
  archive: StreamArchive,
  sets: readonly BlockLiveSet[],
  pool: Pool,
  options: { readonly wantSubjects: boolean; readonly pending: readonly PendingQuery[] },
): Promise<TallyResult[]> {
  const jobs = sets.map((set): TallyJob => {
    const source = set.block.entry.open();
    source.close();
    return {
      kind: 'tally',
      source: source.descriptor,
      key: hashKey(`${archive.name}-${set.block.index}`),
      live: set.live,
      ...options,
    };
  });
  return pool.run(jobs, () => {});
}

/** A tally of a block that needs no second look: every message record in it is live. */
export function tallyOfScan(scan: BlockScan): TallyResult {
  return {
    kind: 'tally',
    messages: scan.messages,
    bytes: scan.bytes,
    firstSeq: scan.firstSeq,
    lastSeq: scan.lastSeq,
    firstTimeNs: scan.firstTimeNs,
    lastTimeNs: scan.lastTimeNs,
    subjectDigest: scan.subjectDigest,
    subjects: new Map(),
    pending: [],
  };
}

/** Joins the tallies of a stream's blocks, given in block order. */
export function joinTallies(parts: readonly TallyResult[]): TallyResult {
  const total = new Tally(parts[0]?.pending.map(() => ({ afterSeq: 0n, patterns: [] })) ?? [], true);
  for (const part of parts) {
    if (part.messages > 0 && total.messages === 0) {
      total.firstSeq = part.firstSeq;
      total.firstTimeNs = part.firstTimeNs;
    }
    if (part.messages > 0) {
      total.lastSeq = part.lastSeq;
      total.lastTimeNs = part.lastTimeNs;
    }
    total.messages += part.messages;
    total.bytes += part.bytes;
    total.digest += part.subjectDigest;
    part.pending.forEach((count, i) => (total.pending[i] = (total.pending[i] ?? 0) + count));
    for (const [subject, tally] of part.subjects) {
      const known = total.subjects.get(subject);
      if (known === undefined) total.subjects.set(subject, { ...tally });
      else {
        known.messages += tally.messages;
        known.bytes += tally.bytes;
        known.lastSeq = tally.lastSeq;
      }
    }
  }
  return total.result();
}
