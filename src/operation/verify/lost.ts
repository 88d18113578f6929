import { unpackRanges } from '../../core/packed-ranges.ts';
import { isIndexCut } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import {
  clipRanges,
  eachRange,
  MAX_SEQUENCE,
  mergeRanges,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import type { PackedScan, ScanFault } from '../../kernels/types.ts';
import { allTombstones, indexedLive, strayLive, type BlockLiveSet } from '../../model/live-set.ts';
import { firstSwallowed } from '../../model/swallowed.ts';
import type { VerifyStreamReport } from '../types.ts';

/**
 * Which messages are gone: those an index lists without a good record, also one that was current before a block was cut;
 * without one, those that damage swallowed.
 */
export function lostMessages(evidence: StreamEvidence): VerifyStreamReport['lost'] {
  const lost = mergeRanges(
    Array.from(expectedMessages(evidence), (expected) => evidence.live.missing(expected)),
  );
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

/** In sets that may overlap: a stream as a whole has too many gaps to be joined. */
function* expectedMessages(evidence: StreamEvidence): Generator<SequenceRanges> {
  const { archive, sets } = evidence;
  const isIndexed = archive.indexStanding === 'current' || archive.indexStanding === 'block-missing';
  if (archive.index !== null && isIndexed) {
    for (const block of archive.index.blocks) yield indexedLive(block);
    return;
  }
  for (const set of sets)
    if (set.block.sidecarCurrent && set.expected !== null) yield unpackRanges(set.expected);
  if (archive.index === null) for (const stray of archive.strayIndexes) yield strayLive(stray);
  const swallowed = sets.flatMap((set, i) =>
    set.scan.faults.filter(isDamage).map((fault) => swallowedBy(fault, sets, i)),
  );
  const ahead = isIndexCut(archive, sets) ? archive.index : null;
  if (swallowed.length === 0 && ahead === null) return;
  const scans = new Map(sets.map((set) => [set.block.index, set.scan]));
  const gone = mergeRanges([allTombstones(scans), ...sets.map((set) => rangesOf(set.scan.erasedSeqs))]);
  yield subtractRanges(clipRanges(mergeRanges(swallowed), (ahead?.lastSeq ?? -1n) + 1n, MAX_SEQUENCE), gone);
  for (const block of ahead?.blocks ?? []) yield subtractRanges(indexedLive(block), gone);
}

/** What lies between the good records around damage in the block `at`. */
function swallowedBy(fault: ScanFault, sets: readonly BlockLiveSet[], at: number): SequenceRanges {
  const { seq, seqBefore, seqAfter } = fault;
  if (seqBefore > 0n || seqAfter === 0n) return oneRange(seqBefore + 1n, endOfGap(seqAfter, seq, seqBefore));
  const before = sets.slice(0, at);
  const below = before.reduce((highest, { scan }) => highestBelow(scan, seqAfter, highest), 0n);
  return oneRange(below > 0n ? below + 1n : firstSwallowed(fault), seqAfter - 1n);
}

function highestBelow(scan: PackedScan, seqAfter: bigint, highest: bigint): bigint {
  return [scan.lastSeq, scan.erasedSeqs.at(-1) ?? 0n].reduce(
    (best, seq) => (seq > best && seq < seqAfter ? seq : best),
    highest,
  );
}

/** Up to the next good record; at the end of a block at least the record that claims to come next. */
function endOfGap(seqAfter: bigint, claimed: bigint | null, seqBefore: bigint): bigint {
  if (seqAfter > seqBefore) return seqAfter - 1n;
  return claimed === seqBefore + 1n ? claimed : seqBefore;
}
