import type { Fault, Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/catalog/index.ts';
import type { IndexBlock } from '../format/index/types.ts';
import { eachFault } from '../kernels/packed-faults.ts';
import type { ScanFault } from '../kernels/scan-fault.ts';
import { descriptorOf } from '../model/read-entry.ts';
import { openBlock } from '../workers/open-block.ts';
import { listedBlocks } from '../model/listed-blocks.ts';
import { provenReader } from '../model/furthest-reader.ts';
import { highestSequence, indexedLive, type BlockLiveSet } from '../model/live-set.ts';
import { oncePer } from '../core/once-per.ts';
import { countSequences } from '../core/sequence-ranges.ts';
import { candidateNumbers, OwnerSearch } from './block-owner.ts';
import { DeletedStretches } from './deleted-stretches.ts';
import { RecordLengths } from './record-lengths.ts';
import { findingAt, type StreamEvidence } from './stream-evidence.ts';

/** The code of what the kernel saw; a cut end is told by where it is. */
export const CODE_OF_KIND = {
  checksum: 'BLK_CHECKSUM_MISMATCH',
  length: 'BLK_LENGTH_IMPLAUSIBLE',
  structure: 'BLK_RECORD_MALFORMED',
  order: 'BLK_SEQUENCE_ORDER',
} as const satisfies Record<string, FindingCode>;

/**
 * Every record that does not fit, each at its offset; a block of which nothing fits is said once. One by one: there may be as many as
 * records.
 */
export function* checkBlockRecords(evidence: StreamEvidence): Generator<Finding> {
  const deleted = new DeletedStretches(evidence);
  for (const set of evidence.sets) {
    const { entry } = set.block;
    const whole = entry.sizeBytes === 0 ? emptyFault(evidence, set) : faultOfWhole(evidence, set);
    if (whole !== null) yield findingAt(evidence, entry.label, whole);
    else if (set.scan.faults.length > 0) yield* recordFindings(evidence, set, deleted);
  }
}

/** What hit a block as a whole; null: nothing, or its records tell. */
function faultOfWhole(evidence: StreamEvidence, set: BlockLiveSet): Fault | null {
  return set.scan.faults.length === 0 ? null : (headlessFault(evidence, set) ?? foreignFault(evidence, set));
}

function* recordFindings(
  evidence: StreamEvidence,
  set: BlockLiveSet,
  deleted: DeletedStretches,
): Generator<Finding> {
  const isLast = set === evidence.sets.at(-1);
  const isDeletedIn = deleted.in(set);
  const lengths = new RecordLengths(set.block);
  try {
    for (const fault of eachFault(set.scan.faults)) {
      const context = { isLast, isDeleted: isDeletedIn(fault), lengths };
      yield findingAt(evidence, set.block.entry.label, faultOf(evidence, set, fault, context));
    }
  } finally {
    lengths.close();
  }
}

/** A compressed block that does not begin as one: a record that stands in it as it is may verify all the same. */
function headlessFault(evidence: StreamEvidence, { block }: BlockLiveSet): Fault | null {
  if (evidence.results.get(block.index)?.compression !== 'none') return null;
  const open = openBlock(descriptorOf(block.entry), true);
  const found = open.blockFaults().find(({ code }) => code === 'BLK_HEAD_DAMAGED');
  open.close();
  return found ?? null;
}

/** A block of which no record verifies: another block's, another stream's, or simply destroyed. */
function foreignFault(evidence: StreamEvidence, set: BlockLiveSet): Fault | null {
  if (set.scan.records > 0) return null;
  const compressed = evidence.results.get(set.block.index);
  if ((compressed?.blockFaults.length ?? 0) > 0) return null;
  const owner = ownersIn(evidence).find(descriptorOf(set.block.entry), set.block.index);
  if (owner === 'unreadable') return null;
  if (owner === null)
    return { code: 'BLK_FOREIGN', data: { block: set.block.index, made_for: 'another stream' } };
  return { code: 'BLK_SWAPPED', data: { block: set.block.index, belongs_to: owner.number } };
}

/** One search for all blocks of a stream. */
const ownersIn: (evidence: StreamEvidence) => OwnerSearch = oncePer(({ archive, sets }: StreamEvidence) => {
  const { name, blocks, index } = archive;
  const numbers = candidateNumbers(blocks, index?.blocks.map((block) => block.index) ?? []);
  const sound = sets.filter(({ scan: { records } }) => records > 0);
  const starts = sound.map(({ block, scan }) => ({ number: block.index, firstSeq: scan.firstSeq }));
  return new OwnerSearch([name], numbers, starts);
});

function emptyFault(evidence: StreamEvidence, set: BlockLiveSet): Fault {
  const listed = listedMessages(evidence, set);
  return listed > 0n
    ? { code: 'BLK_EMPTIED', data: { block: set.block.index, messages: listed } }
    : { code: 'BLK_EMPTY', data: { block: set.block.index } };
}

function listedBlock(
  { archive: { index } }: StreamEvidence,
  { block }: BlockLiveSet,
): IndexBlock | undefined {
  return index === null ? undefined : listedBlocks(index).get(block.index);
}

function listedMessages(evidence: StreamEvidence, set: BlockLiveSet): bigint {
  const listed = listedBlock(evidence, set);
  if (listed !== undefined) return countSequences(indexedLive(listed));
  return set.block.sidecar?.messages ?? 0n;
}

/** What there is to know of a fault beside itself. */
interface FaultContext {
  /** Whether it is in the last block. */
  readonly isLast: boolean;
  /** Whether it hit nothing but deleted messages. */
  readonly isDeleted: boolean;
  readonly lengths: RecordLengths;
}

function faultOf(
  evidence: StreamEvidence,
  set: BlockLiveSet,
  fault: ScanFault,
  { isLast, isDeleted, lengths }: FaultContext,
): Fault {
  const place = {
    offsetBytes: fault.offsetBytes,
    lengthBytes: fault.lengthBytes,
    ...(fault.seq === null ? {} : { seq: fault.seq }),
    data: {
      seq_before: fault.seqBefore,
      seq_after: fault.seqAfter,
      ...(fault.detail === '' ? {} : { detail: fault.detail }),
      ...(isDeleted ? { deleted: true } : {}),
    },
  };
  const hidesLive = hasLiveBehind(set, fault);
  if (isDeleted && (!hidesLive || isIndexed(evidence, set)))
    return {
      code: hidesLive && !lengths.leadOver(fault) ? 'BLK_LENGTH_IMPLAUSIBLE' : 'BLK_DELETED_RECORD_DAMAGED',
      ...place,
    };
  if (fault.kind !== 'tail') return { code: CODE_OF_KIND[fault.kind], ...place };
  return { code: isLast && !isPromisedMore(evidence, set) ? 'BLK_TAIL_TORN' : 'BLK_TRUNCATED', ...place };
}

/** Whether the block has live messages behind damage, which a wrong length hides. */
function hasLiveBehind({ live }: BlockLiveSet, { seqBefore }: ScanFault): boolean {
  return live.count > 0n && live.last > seqBefore;
}

/** Whether an index tells servers of the block as it is, so that they need not read it to know what it holds. */
function isIndexed({ archive: { index, indexStanding } }: StreamEvidence, { block }: BlockLiveSet): boolean {
  return index === null ? block.sidecarCurrent : indexStanding === 'current';
}

/**
 * Whether an index or a consumer says that the block held messages behind its last good record; a snapshot is never
 * torn.
 */
function isPromisedMore(evidence: StreamEvidence, set: BlockLiveSet): boolean {
  if (evidence.archive.form !== 'store') return true;
  const listed = listedBlock(evidence, set);
  if ((provenReader(evidence.archive)?.seq ?? 0n) > highestSequence(set.scan)) return true;
  const promised = listed?.lastSeq ?? set.block.sidecar?.lastSeq ?? 0n;
  return promised > set.scan.lastSeq && listedMessages(evidence, set) > 0n;
}
