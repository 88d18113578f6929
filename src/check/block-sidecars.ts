import { unpackRanges } from '../core/packed-ranges.ts';
import {
  countSequences,
  NO_SEQUENCES,
  oneRange,
  subtractRanges,
  type SequenceRanges,
} from '../core/sequence-ranges.ts';
import type { Finding } from '../findings/finding.ts';
import type { BlockIndex } from '../format/block-index/types.ts';
import { highestSequence, type BlockLiveSet } from '../model/live-set.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** The `.idx` files of 2.9 and older against their blocks. */
export function checkBlockSidecars(evidence: StreamEvidence): Finding[] {
  return evidence.sets.flatMap((set) => {
    const { sidecar, sidecarCurrent, entry, index } = set.block;
    if (sidecar === null) return [];
    const file = entry.label.replace(/\.blk$/, '.idx');
    const missing = sidecarCurrent ? notHeld(set) : behindEnd(set, sidecar);
    const count = countSequences(missing);
    if (count === 0n)
      return sidecarCurrent ? [] : [findingAt(evidence, file, { code: 'BIX_STALE', data: { block: index } })];
    return [
      findingAt(evidence, file, {
        code: 'BIX_DIFFERS',
        seq: missing[0] ?? 0n,
        data: { block: index, messages: count, from: missing[0] ?? 0n, to: missing.at(-1) ?? 0n },
      }),
    ];
  });
}

/** What a current `.idx` lists and the block does not hold; damage of the block tells of itself. */
function notHeld({ scan, expected }: BlockLiveSet): SequenceRanges {
  if (scan.faults.length > 0 || expected === null) return NO_SEQUENCES;
  return subtractRanges(unpackRanges(expected), unpackRanges(scan.ranges));
}

/** What another `.idx` lists behind all that the block holds: records are only ever added to a block, so it had them. */
function behindEnd({ scan }: BlockLiveSet, { lastSeq, firstSeq, deleted }: BlockIndex): SequenceRanges {
  const highest = highestSequence(scan);
  const from = firstSeq > highest ? firstSeq : highest + 1n;
  return from > lastSeq ? NO_SEQUENCES : subtractRanges(oneRange(from, lastSeq), deleted);
}
