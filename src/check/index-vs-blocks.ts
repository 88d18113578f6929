import { unpackRanges } from '../core/packed-ranges.ts';
import { countSequences, subtractRanges, type SequenceRanges } from '../core/sequence-ranges.ts';
import type { Fault, Finding } from '../findings/finding.ts';
import type { IndexBlock, StreamIndex } from '../format/index/types.ts';
import { highestSequence, indexedLive, packedLive, type BlockLiveSet } from '../model/live-set.ts';
import { descriptorOf } from '../model/read-entry.ts';
import { areSidecarsGone } from '../model/sidecars-gone.ts';
import type { BlockFile, StreamArchive } from '../model/stream-archive.ts';
import { openBlock } from '../workers/open-block.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';
import { entryAt } from '../container/entry.ts';

/** No server makes larger blocks. */
const LARGEST_SEARCHED_BYTES = 64 * 1024 * 1024;

/** index.db against what the blocks hold: its age first, then, where it is current, every count in it. */
export function checkIndexAgainstBlocks(evidence: StreamEvidence): Finding[] {
  const { archive } = evidence;
  if (archive.parts.form === 'v2' || archive.parts.form === 'config') return [];
  const file = entryAt(archive.parts, 'msgs/index.db');
  if (archive.index === null) return file === undefined ? missingIndex(evidence) : [];
  const label = file?.label ?? archive.parts.label;
  const at = (fault: Fault): Finding => findingAt(evidence, label, fault);
  if (archive.indexStanding === 'stale') return [at(ageFault(archive.index, evidence.sets))];
  return [...blockFindings(evidence, archive.index, label), ...checkIndexSubjects(evidence)];
}

/** Whether messages have other subjects than index.db counts, where it is current. */
export function checkIndexSubjects(evidence: StreamEvidence): Finding[] {
  const { index, indexStanding, parts } = evidence.archive;
  if (index === null || indexStanding === 'stale' || parts.form === 'v2' || parts.form === 'config')
    return [];
  const file = entryAt(parts, 'msgs/index.db');
  return subjectFaults(evidence, index).map((fault) =>
    findingAt(evidence, file?.label ?? parts.label, fault),
  );
}

function missingIndex(evidence: StreamEvidence): Finding[] {
  const { archive } = evidence;
  const hasRecords = evidence.sets.some((set) => set.scan.rawBytes > 0);
  if (!hasRecords || archive.config === null || archive.blocks.some((block) => block.sidecar !== null))
    return [];
  // Servers that wrote it have no index.db.
  if (areSidecarsGone(archive)) return [];
  return [findingAt(evidence, archive.parts.label, { code: 'IDX_MISSING' })];
}

/** What an index is held against: the blocks, and what they turned out to hold. */
export type FoundBlocks = readonly {
  readonly block: BlockFile;
  readonly scan: Parameters<typeof highestSequence>[0];
}[];

/** What an index that is not current is to the blocks; null where it is current, or there is none. */
export function indexAge({ index, indexStanding }: StreamArchive, blocks: FoundBlocks): Fault['code'] | null {
  return index === null || indexStanding !== 'stale' ? null : ageFault(index, blocks).code;
}

/** Whether an index that is not current tells of messages, or of an end, that blocks held and do not reach any more. */
export function isIndexCut(archive: StreamArchive, blocks: FoundBlocks): boolean {
  const age = indexAge(archive, blocks);
  return age !== null && age !== 'IDX_STALE';
}

/** A stale index is normal after a kill, unless it knows sequences that no block reaches any more. */
function ageFault(index: StreamIndex, blocks: FoundBlocks): Fault {
  const highest = blocks.reduce((seq, { scan }) => {
    const own = highestSequence(scan);
    return own > seq ? own : seq;
  }, 0n);
  const data = { index_last_seq: index.lastSeq, blocks_last_seq: highest };
  if (lastLive(index) > highest) return { code: 'IDX_AHEAD', data };
  if (index.lastSeq > highest && index.messages > 0n) return { code: 'IDX_END_MISSING', data };
  return { code: hasIndexedEnd(blocks, index) ? 'IDX_STALE' : 'IDX_END_MISSING', data };
}

/** The last message that it does not call deleted; 0n where there is none. */
function lastLive({ blocks }: StreamIndex): bigint {
  return blocks.reduce((seq, block) => {
    const { last } = packedLive(block);
    return last > seq ? last : seq;
  }, 0n);
}

/** Blocks grow at their end: what ended the last block when the index was written must still be in it. */
function hasIndexedEnd(blocks: FoundBlocks, index: StreamIndex): boolean {
  const set = blocks.find((other) => other.block.index === index.lastBlockIndex);
  if (set === undefined || set.block.entry.sizeBytes > LARGEST_SEARCHED_BYTES) return true;
  const open = openBlock(descriptorOf(set.block.entry));
  try {
    const bytes = Buffer.alloc(open.content.sizeBytes);
    open.content.read(bytes, 0);
    return index.lastChecksum.every((byte) => byte === 0) || bytes.includes(Buffer.from(index.lastChecksum));
  } finally {
    open.close();
  }
}

function blockFindings(evidence: StreamEvidence, index: StreamIndex, label: string): Finding[] {
  const byNumber = new Map(index.blocks.map((block) => [block.index, block]));
  return evidence.sets.flatMap((set, i) => {
    const listed = byNumber.get(set.block.index);
    if (listed === undefined) return [];
    const missing = subtractRanges(indexedLive(listed), unpackRanges(set.scan.ranges));
    const tally = evidence.tallies[i];
    const missingCount = countSequences(missing);
    if (missingCount > 0n) return missingMessages(evidence, set, listed, missing);
    if (tally === undefined || set.scan.faults.length > 0) return [];
    const faults = [bytesFault(listed, tally.bytes), headerCountFault(listed, evidence, set)];
    return faults.filter((fault) => fault !== null).map((fault) => findingAt(evidence, label, fault));
  });
}

/** Messages the index lists and the block has no good record of. Where the block's own faults say so, once is enough. */
function missingMessages(
  evidence: StreamEvidence,
  set: BlockLiveSet,
  listed: IndexBlock,
  missing: SequenceRanges,
): Finding[] {
  const compression = evidence.results.get(set.block.index)?.blockFaults.length ?? 0;
  if (set.scan.faults.length > 0 || compression > 0 || set.block.entry.sizeBytes === 0) return [];
  const [from, to] = [missing[0] ?? 0n, missing.at(-1) ?? 0n];
  const isCutBehind = from > set.scan.lastSeq;
  return [
    findingAt(evidence, set.block.entry.label, {
      code: isCutBehind ? 'BLK_TRUNCATED' : 'IDX_BLOCK_DIFFERS',
      ...(isCutBehind ? { offsetBytes: set.scan.rawBytes } : {}),
      seq: from,
      data: { block: listed.index, from, to, messages: countSequences(missing) },
    }),
  ];
}

function bytesFault(listed: IndexBlock, bytes: number): Fault | null {
  if (listed.bytes === BigInt(bytes)) return null;
  return {
    code: 'IDX_BLOCK_DIFFERS',
    data: { block: listed.index, index_bytes: listed.bytes, block_bytes: bytes },
  };
}

function headerCountFault(listed: IndexBlock, evidence: StreamEvidence, set: BlockLiveSet): Fault | null {
  if (listed.ttls === null || evidence.archive.ttlWheel === null) return null;
  const found = set.scan.ttlSeqs.length;
  if (BigInt(found) >= BigInt(listed.ttls)) return null;
  return {
    code: 'IDX_HEADER_COUNT_DIFFERS',
    data: { block: listed.index, index: listed.ttls, blocks: found },
  };
}

/** Subject totals by digest: nothing has to be held in memory, and bytes shifted between subject and payload show. */
function subjectFaults(evidence: StreamEvidence, index: StreamIndex): Fault[] {
  const isWhole = evidence.sets.every((set) => set.scan.faults.length === 0 && set.scan.rawBytes > 0);
  if (!isWhole || evidence.total.messages !== Number(index.messages)) return [];
  const totals = index.subjectTotals;
  if (totals?.digest === evidence.total.subjectDigest && totals.messages === index.messages) return [];
  const messages = totals?.messages ?? null;
  return [
    { code: 'IDX_SUBJECTS_DIFFER', data: { index_subjects: index.numSubjects, index_messages: messages } },
  ];
}
