import { labelBase } from '../container/entries.ts';
import { countSequences, type SequenceRanges } from '../core/sequence-ranges.ts';
import type { Finding } from '../findings/finding.ts';
import type { IndexBlock } from '../format/index/types.ts';
import { indexedLive, strayLive } from '../model/live-set.ts';
import { furthestReader } from '../model/furthest-reader.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** Blocks that are not there: those an index speaks of, or every one. */
export function absentBlocks(evidence: StreamEvidence): Finding[] {
  const missing = [...indexedBlocks(evidence), ...blocksOfSidecars(evidence)];
  return missing.length > 0 ? missing : noBlocks(evidence);
}

function indexedBlocks(evidence: StreamEvidence): Finding[] {
  const { archive } = evidence;
  if (archive.index === null || archive.indexStanding !== 'block-missing') return [];
  const present = new Set(archive.blocks.map((block) => block.index));
  return archive.index.blocks
    .filter((block) => !present.has(block.index))
    .flatMap((block) => missingBlock(evidence, block, indexedLive(block)));
}

/** Servers up to 2.9 remove the `.idx` before its block. One that lists what other blocks hold is of a block under another name. */
function blocksOfSidecars(evidence: StreamEvidence): Finding[] {
  if (evidence.archive.index !== null) return [];
  return evidence.archive.strayIndexes.flatMap((stray) =>
    missingBlock(
      evidence,
      { index: stray.index, firstSeq: stray.held.firstSeq, lastSeq: stray.held.lastSeq },
      evidence.live.missing(strayLive(stray)),
    ),
  );
}

function missingBlock(
  evidence: StreamEvidence,
  { index, firstSeq, lastSeq }: Pick<IndexBlock, 'index' | 'firstSeq' | 'lastSeq'>,
  live: SequenceRanges,
): Finding[] {
  const messages = countSequences(live);
  if (messages === 0n) return [];
  return [
    findingAt(evidence, `${labelBase(evidence.archive.parts)}msgs/${index}.blk`, {
      code: 'BLK_MISSING',
      data: { block: index, first_seq: firstSeq, last_seq: lastSeq, messages },
    }),
  ];
}

/** Every server keeps a block, be it empty, also of a stream that never had a message. */
function noBlocks(evidence: StreamEvidence): Finding[] {
  const { archive } = evidence;
  if (archive.blocks.length > 0 || archive.index !== null || archive.parts.form !== 'store') return [];
  const { label } = archive.parts;
  const file = label === '.' ? 'msgs' : `${label}/msgs`;
  const witness = witnessOf(archive);
  return [
    witness === null
      ? findingAt(evidence, file, { code: 'BLK_NONE' })
      : findingAt(evidence, file, { code: 'BLK_ALL_MISSING', data: witness }),
  ];
}

/** What tells that the stream held messages once. */
function witnessOf(archive: StreamArchive): { readonly told_by: string; readonly seq?: bigint } | null {
  const furthest = furthestReader(archive);
  if (furthest !== null) return furthest;
  if (archive.sources?.some(({ seq }) => seq > 0n) === true) return { told_by: 'sources.db' };
  for (const [file, entries] of [
    ['thw.db', archive.ttlWheel],
    ['sched.db', archive.schedule],
  ] as const)
    if (entries !== null && entries.seqs.length > 0) return { told_by: file };
  return null;
}
