import { unpackRanges } from '../core/packed-ranges.ts';
import { countSequences, subtractRanges } from '../core/sequence-ranges.ts';
import type { Finding } from '../findings/finding.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** The `.idx` files of 2.9 and older against their blocks. */
export function checkBlockSidecars(evidence: StreamEvidence): Finding[] {
  return evidence.sets.flatMap((set) => {
    const { sidecar, sidecarCurrent, entry, index } = set.block;
    if (sidecar === null) return [];
    const file = entry.label.replace(/\.blk$/, '.idx');
    if (!sidecarCurrent) return [findingAt(evidence, file, { code: 'BIX_STALE', data: { block: index } })];
    if (set.scan.faults.length > 0 || set.expected === null) return [];
    const missing = subtractRanges(unpackRanges(set.expected), unpackRanges(set.scan.ranges));
    const count = countSequences(missing);
    if (count === 0n) return [];
    return [
      findingAt(evidence, file, {
        code: 'BIX_DIFFERS',
        seq: missing[0] ?? 0n,
        data: { block: index, messages: count, from: missing[0] ?? 0n, to: missing.at(-1) ?? 0n },
      }),
    ];
  });
}
