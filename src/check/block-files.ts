import { labelBase } from '../container/entries.ts';
import { countSequences, mergeRanges, oneRange, rangesOf, subtractRanges } from '../core/sequence-ranges.ts';
import type { Finding } from '../findings/finding.ts';
import { allTombstones, indexedLive } from '../model/live-set.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** Blocks that should be there, or should not be as they are. */
export function checkBlockFiles(evidence: StreamEvidence): Finding[] {
  return [...missingBlocks(evidence), ...compressedLast(evidence), ...unexplainedHoles(evidence)];
}

function missingBlocks(evidence: StreamEvidence): Finding[] {
  const { archive } = evidence;
  if (archive.index === null || archive.indexStanding !== 'block-missing') return [];
  const present = new Set(archive.blocks.map((block) => block.index));
  return archive.index.blocks
    .filter((block) => !present.has(block.index) && countSequences(indexedLive(block)) > 0n)
    .map((block) =>
      findingAt(evidence, `${labelBase(archive.parts)}msgs/${block.index}.blk`, {
        code: 'BLK_MISSING',
        data: {
          block: block.index,
          first_seq: block.firstSeq,
          last_seq: block.lastSeq,
          messages: countSequences(indexedLive(block)),
        },
      }),
    );
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
  if (archive.indexStanding === 'current' || sets.some((set) => set.block.sidecar !== null)) return [];
  const scans = new Map(sets.map((set) => [set.block.index, set.scan]));
  const known = mergeRanges([allTombstones(scans), ...sets.map((set) => rangesOf(set.scan.erasedSeqs))]);
  return sets.flatMap((set, at) => {
    const before = sets.slice(0, at).findLast((other) => other.scan.lastSeq > 0n);
    if (before === undefined || set.scan.firstSeq <= before.scan.lastSeq + 1n) return [];
    const hole = subtractRanges(oneRange(before.scan.lastSeq + 1n, set.scan.firstSeq - 1n), known);
    const [from, to] = [hole[0], hole.at(-1)];
    if (from === undefined || to === undefined) return [];
    return [
      findingAt(evidence, set.block.entry.label, {
        code: 'BLK_SEQUENCE_HOLE',
        data: { from, to, sequences: countSequences(hole) },
      }),
    ];
  });
}
