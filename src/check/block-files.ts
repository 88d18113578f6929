import {
  countSequences,
  mergeRanges,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../core/sequence-ranges.ts';
import type { Fault, Finding } from '../findings/finding.ts';
import type { StreamIndex } from '../format/index/types.ts';
import { allTombstones, indexedLive, type BlockLiveSet } from '../model/live-set.ts';
import { doNumbersTell, numberHoles, type NumberedBlock } from '../model/missing-numbers.ts';
import { absentBlocks } from './absent-blocks.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** Blocks that should be there, or should not be as they are. */
export function checkBlockFiles(evidence: StreamEvidence): Finding[] {
  return [...absentBlocks(evidence), ...compressedLast(evidence), ...unexplainedHoles(evidence)];
}

function compressedLast(evidence: StreamEvidence): Finding[] {
  const last = evidence.sets.at(-1);
  if (last === undefined || evidence.results.get(last.block.index)?.compression !== 's2') return [];
  return [
    findingAt(evidence, last.block.entry.label, {
      code: 'BLK_LAST_COMPRESSED',
      data: { block: last.block.index },
    }),
  ];
}

/** Sequences between blocks that nothing speaks of; where an index is used, it explains them. */
function unexplainedHoles(evidence: StreamEvidence): Finding[] {
  const { archive, sets } = evidence;
  if (archive.indexStanding === 'current' || !doNumbersTell(archive.blocks)) return [];
  const holes = holesBetween(sets);
  if (holes.length === 0) return [];
  const scans = new Map(sets.map((set) => [set.block.index, set.scan]));
  const known = mergeRanges([allTombstones(scans), ...sets.map((set) => rangesOf(set.scan.erasedSeqs))]);
  const missing = new Map(
    [...numberHoles(sets.filter(hasContent).map(numbered))].map((one) => [one.before, one.missing]),
  );
  const deleted = indexedGaps(archive.index);
  return holes.flatMap(({ set, sequences }) => {
    const hole = subtractRanges(sequences, known);
    const [from, to] = [hole[0], hole.at(-1)];
    if (from === undefined || to === undefined) return [];
    const data = { from, to, sequences: countSequences(hole) };
    const block = missing.get(set.block.index);
    const isTold = subtractRanges(hole, deleted).length === 0;
    const fault: Fault =
      block === undefined || isTold || archive.indexStanding === 'block-missing'
        ? { code: 'BLK_SEQUENCE_HOLE', data }
        : { code: 'BLK_NUMBER_MISSING', data: { block, ...data } };
    return [findingAt(evidence, set.block.entry.label, fault)];
  });
}

function hasContent({ scan }: BlockLiveSet): boolean {
  return scan.rawBytes > 0;
}

function numbered({ block, scan }: BlockLiveSet): NumberedBlock {
  return { number: block.index, firstSeq: scan.firstSeq, lastSeq: scan.lastSeq };
}

/** What an index, however old, tells deleted. */
function indexedGaps(index: StreamIndex | null): SequenceRanges {
  if (index === null) return NO_SEQUENCES;
  return subtractRanges(oneRange(1n, index.lastSeq), mergeRanges(index.blocks.map(indexedLive)));
}

interface HoleBefore {
  readonly set: BlockLiveSet;
  readonly sequences: SequenceRanges;
}

/** What lies between the messages of a block and those of the last block before it that has any. */
function holesBetween(sets: readonly BlockLiveSet[]): HoleBefore[] {
  let lastSeq = 0n;
  return sets.flatMap((set) => {
    const { firstSeq } = set.scan;
    const hole = lastSeq > 0n ? oneRange(lastSeq + 1n, firstSeq - 1n) : NO_SEQUENCES;
    if (set.scan.lastSeq > 0n) ({ lastSeq } = set.scan);
    return hole.length === 0 ? [] : [{ set, sequences: hole }];
  });
}
