import { unpackRanges } from '../../core/packed-ranges.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import {
  clipRanges,
  eachRange,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { ScanFault } from '../../kernels/types.ts';
import { allTombstones, indexedLive } from '../../model/live-set.ts';
import type { VerifyStreamReport } from '../types.ts';

/** Which messages are gone: those an index lists without a good record; without one, those that damage swallowed. */
export function lostMessages(evidence: StreamEvidence): VerifyStreamReport['lost'] {
  const lost = subtractRanges(expectedMessages(evidence), evidence.live);
  const bytes = evidence.sets
    .flatMap((set) => set.scan.faults)
    .filter((fault) => isDamage(fault) && !isOnlyDeleted(fault, lost))
    .reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  return { msgs: [...eachRange(lost)], bytes };
}

function isDamage({ kind }: ScanFault): boolean {
  return kind === 'checksum' || kind === 'length' || kind === 'tail';
}

/** Damage between two good records, of which every message between them was deleted, loses nothing. */
function isOnlyDeleted({ seqBefore, seqAfter }: ScanFault, lost: SequenceRanges): boolean {
  return seqAfter > seqBefore && clipRanges(lost, seqBefore + 1n, seqAfter - 1n).length === 0;
}

function expectedMessages(evidence: StreamEvidence): SequenceRanges {
  const { archive, sets } = evidence;
  const isIndexed = archive.indexStanding === 'current' || archive.indexStanding === 'block-missing';
  if (archive.index !== null && isIndexed) return mergeRanges(archive.index.blocks.map(indexedLive));
  const listed = sets
    .filter((set) => set.block.sidecarCurrent)
    .map((set) => (set.expected === null ? NO_SEQUENCES : unpackRanges(set.expected)));
  const swallowed = sets.flatMap((set) =>
    set.scan.faults
      .filter(isDamage)
      .map((fault) => oneRange(fault.seqBefore + 1n, endOfGap(fault.seqAfter, fault.seq, fault.seqBefore))),
  );
  if (swallowed.length === 0) return mergeRanges(listed);
  const scans = new Map(sets.map((set) => [set.block.index, set.scan]));
  const gone = mergeRanges([allTombstones(scans), ...sets.map((set) => rangesOf(set.scan.erasedSeqs))]);
  return mergeRanges([...listed, subtractRanges(mergeRanges(swallowed), gone)]);
}

/** Up to the next good record; at the end of a block at least the record that claims to come next. */
function endOfGap(seqAfter: bigint, claimed: bigint | null, seqBefore: bigint): bigint {
  if (seqAfter > seqBefore) return seqAfter - 1n;
  return claimed === seqBefore + 1n ? claimed : seqBefore;
}
