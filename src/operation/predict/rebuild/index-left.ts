import { packRanges, unpackRanges } from '../../../core/packed-ranges.ts';
import { NO_PACKED } from '../../../core/packed-sets.ts';
import {
  clipRanges,
  countSequences,
  MAX_SEQUENCE,
  mergeRanges,
  NO_SEQUENCES,
  rangesOf,
} from '../../../core/sequence-ranges.ts';
import { CHECKSUM_BYTES } from '../../../format/block/record.ts';
import type { TakenBlockIndex } from '../files/block-index-as-server.ts';
import { isCurrent, type BlockReading } from '../files/read-blocks.ts';
import { rebuildBlock, walkOnOpening } from './rebuild-block.ts';
import type { RecoveredBlock } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/**
 * Blocks in the order in which a server opens them: where it takes copies for blocks, one is read with the `.idx` that the file before
 * it of that number left, which is written anew when that was rebuilt (recoverMsgBlock).
 */
export function readInTurn(readings: readonly BlockReading[], rules: ServerRules): readonly BlockReading[] {
  const copied = new Set(readings.filter(({ oddity }) => oddity === 'copy').map(({ block }) => block.index));
  if (copied.size === 0) return readings;
  const left = new Map<number, IndexLeft>();
  return readings.map((reading) => {
    const { index } = reading.block;
    if (!copied.has(index)) return reading;
    const found = left.get(index);
    const now = found === undefined ? reading : withIndex(reading, found);
    left.set(index, indexAfter(now, rules));
    return now;
  });
}

/** An `.idx`, or none; and whether the `.fss` beside it is gone. */
interface IndexLeft {
  readonly known: TakenBlockIndex | null;
  readonly isWithoutSubjects: boolean;
}

function withIndex(reading: BlockReading, { known, isWithoutSubjects }: IndexLeft): BlockReading {
  return {
    ...reading,
    known,
    isKnownCurrent: known !== null && isCurrent(known, reading.block.entry),
    subjects: known === null || isWithoutSubjects ? null : reading.subjects,
  };
}

function indexAfter(reading: BlockReading, rules: ServerRules): IndexLeft {
  if (walkOnOpening(reading, rules) !== null) return { known: reading.known, isWithoutSubjects: false };
  const rebuilt = rebuildBlock(reading, rules);
  return {
    known: rebuilt === null ? null : writtenIndex(reading, rebuilt),
    isWithoutSubjects: reading.cutAtBytes !== null,
  };
}

/** Deletes behind the end of a block that was cut count in it, and have it given up half way by who reads it. */
function writtenIndex({ known, scan, block }: BlockReading, rebuilt: RecoveredBlock): TakenBlockIndex {
  const { messages, firstSeq, lastSeq, firstTimeNs, lastTimeNs } = rebuilt;
  const erased = clipRanges(rangesOf(scan.erasedSeqs), known?.firstSeq ?? 0n, MAX_SEQUENCE);
  const listed = known === null ? NO_SEQUENCES : unpackRanges(known.deleted);
  const deleted = block.entry.sizeBytes === 0 ? NO_SEQUENCES : mergeRanges([listed, erased]);
  const isConsistent = messages === BigInt.asUintN(64, lastSeq - firstSeq + 1n - countSequences(deleted));
  const head = { messages, firstSeq, lastSeq, firstTimeNs, lastTimeNs };
  if (!isConsistent) return { ...head, deleted: NO_PACKED, lastChecksum: null };
  const lastChecksum = scan.records > 0 ? scan.lastChecksum : known?.lastChecksum;
  return {
    ...head,
    deleted: packRanges(deleted),
    lastChecksum: lastChecksum ?? new Uint8Array(CHECKSUM_BYTES),
  };
}
