import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { countSequences, intersectRanges } from '../../core/sequence-ranges.ts';
import type { ServedStream } from './start.ts';

/**
 * How many deleted messages a server has again: their records are still in blocks, and it rebuilds from these without the index
 * or the tombstones that tell of the deletes.
 */
export function revivedMessages({ opened, stream }: ServedStream, { sets, live }: StreamEvidence): bigint {
  if (opened.isIndexed) return 0n;
  // Where every record of a block is live, none can come back.
  const scans = new Map(sets.filter(({ hasDead }) => hasDead).map(({ block, scan }) => [block.index, scan]));
  return stream.blocks.reduce((sum, { block, live: served }) => {
    const scan = scans.get(block.index);
    if (scan === undefined || served.count === 0n) return sum;
    const found = intersectRanges(unpackRanges(served), unpackRanges(scan.ranges));
    return sum + countSequences(live.missing(found));
  }, 0n);
}
