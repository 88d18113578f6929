import { rangesOf, subtractRanges, countSequences, type SequenceRanges } from '../core/sequence-ranges.ts';
import type { FindingCode } from '../findings/catalog/index.ts';
import type { Finding } from '../findings/finding.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';
import { entryAt } from '../container/entry.ts';

interface TimeFile {
  readonly stamp: bigint;
  readonly seqs: BigUint64Array;
}

/** thw.db and sched.db against the messages that carry a `Nats-TTL` or `Nats-Schedule` header. */
export function checkTimeFiles(evidence: StreamEvidence): Finding[] {
  const { ttlWheel, schedule } = evidence.archive;
  const scans = evidence.sets.map((set) => set.scan);
  return [
    ...compare(evidence, ttlWheel, rangesOf(joined(scans.map((scan) => scan.ttlSeqs))), 'msgs/thw.db', 'THW'),
    ...compare(
      evidence,
      schedule,
      rangesOf(joined(scans.map((scan) => scan.scheduleSeqs))),
      'msgs/sched.db',
      'SCHED',
    ),
  ];
}

function joined(parts: readonly BigUint64Array[]): BigUint64Array {
  const all = new BigUint64Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The file may lag behind (its stamp tells); it may not name messages that never asked for it. */
function compare(
  evidence: StreamEvidence,
  file: TimeFile | null,
  carriers: SequenceRanges,
  path: string,
  suite: 'THW' | 'SCHED',
): Finding[] {
  const { parts } = evidence.archive;
  if (file === null || parts.form === 'v2' || parts.form === 'config') return [];
  const label = entryAt(parts, path)?.label ?? path;
  const last = evidence.archive.index?.lastSeq ?? evidence.total.lastSeq;
  const stale: FindingCode = `${suite}_STALE`;
  const differs: FindingCode = `${suite}_DIFFERS`;
  if (file.stamp !== last + 1n)
    return [findingAt(evidence, label, { code: stale, data: { stamp: file.stamp, last_seq: last } })];
  // The other way round proves nothing: `Nats-TTL: never` is a header without an entry.
  const unasked = subtractRanges(rangesOf(file.seqs), carriers);
  const surplus = subtractRanges(unasked, evidence.live.missing(unasked));
  if (surplus.length === 0) return [];
  const data = { without_header: countSequences(surplus) };
  return [findingAt(evidence, label, { code: differs, seq: surplus[0] ?? 0n, data })];
}
