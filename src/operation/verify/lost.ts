import { LooseRanges } from '../../core/loose-ranges.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import { isIndexAhead } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import {
  clipRanges,
  eachRange,
  MAX_SEQUENCE,
  mergeRanges,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../core/sequence-ranges.ts';
import { faultsOfKind } from '../../kernels/packed-faults.ts';
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
  let bytes = 0;
  for (const { scan } of evidence.sets)
    for (const fault of faultsOfKind(scan.faults, ...DAMAGE))
      if (!isOnlyDeleted(fault, lost)) bytes += fault.lengthBytes;
  return { msgs: [...eachRange(lost)], bytes };
}

const DAMAGE = ['checksum', 'length', 'tail'] as const;

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
  const swallowed = swallowedIn(sets);
  const ahead = isIndexAhead(evidence) ? archive.index : null;
  if (swallowed.length === 0 && ahead === null) return;
  const scans = new Map(sets.map((set) => [set.block.index, set.scan]));
  const gone = mergeRanges([allTombstones(scans), ...sets.map((set) => rangesOf(set.scan.erasedSeqs))]);
  yield subtractRanges(clipRanges(swallowed, (ahead?.lastSeq ?? -1n) + 1n, MAX_SEQUENCE), gone);
  for (const block of ahead?.blocks ?? []) yield subtractRanges(indexedLive(block), gone);
}

function swallowedIn(sets: readonly BlockLiveSet[]): SequenceRanges {
  const swallowed = new LooseRanges();
  for (const [i, { scan }] of sets.entries())
    for (const fault of faultsOfKind(scan.faults, ...DAMAGE)) swallowed.add(...swallowedBy(fault, sets, i));
  return swallowed.take();
}

/** What lies between the good records around damage in the block `at`: from, to. */
function swallowedBy(fault: ScanFault, sets: readonly BlockLiveSet[], at: number): [bigint, bigint] {
  const { seq, seqBefore, seqAfter } = fault;
  if (seqBefore > 0n || seqAfter === 0n) return [seqBefore + 1n, endOfGap(seqAfter, seq, seqBefore)];
  const before = sets.slice(0, at);
  const below = before.reduce((highest, { scan }) => highestBelow(scan, seqAfter, highest), 0n);
  return [below > 0n ? below + 1n : firstSwallowed(fault), seqAfter - 1n];
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
