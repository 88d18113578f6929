import {
  clipRanges,
  countSequences,
  NO_SEQUENCES,
  oneRange,
  rangesOf,
  subtractRanges,
} from '../../core/sequence-ranges.ts';
import type { BlockIndex } from '../../format/block-index/types.ts';
import type { BlockFile } from '../../model/stream-archive.ts';
import type { BlockReading } from './read-blocks.ts';
import type { RecoveredBlock } from './recovered.ts';
import type { ServerRules } from './server-rules.ts';

const TOP_SEQUENCE = (1n << 62n) - 1n;

/**
 * What a server finds in a block that it reads record by record; null where it finds nothing and removes the file. An
 * `.idx` of 2.9 that does not fit the block any more still says where the block begins and what was deleted.
 */
export function rebuildBlock(reading: BlockReading, rules: ServerRules): RecoveredBlock | null {
  const { block, scan } = reading;
  if (!reading.isDecodable) return null;
  const isBelieved = block.sidecarCurrent && !(rules.walksIndexedBlocks && reading.isMisaligned);
  if (block.sidecar !== null && isBelieved) return believedBlock(reading, block.sidecar);
  if (block.sidecar !== null && block.entry.sizeBytes === 0) return emptiedBlock(block, block.sidecar);
  const beginning = block.sidecar?.firstSeq ?? 0n;
  const records = beginning === 0n ? scan.ranges : clipRanges(scan.ranges, beginning, TOP_SEQUENCE);
  const live = subtractRanges(records, block.sidecar?.deleted ?? NO_SEQUENCES);
  const erased = lastErased(scan.erasedSeqs, beginning);
  const readBytes = reading.cutAtBytes ?? scan.rawBytes;
  if (records.length > 0 && countSequences(live) > 0n) {
    const lastRecord = records.at(-1) ?? 0n;
    return {
      block,
      live,
      firstSeq: records[0] ?? 0n,
      lastSeq: erased > lastRecord ? erased : lastRecord,
      firstTimeNs: scan.firstTimeNs,
      lastTimeNs: erased > lastRecord ? (scan.erasedTimesNs.at(-1) ?? 0n) : scan.lastTimeNs,
      readBytes,
    };
  }
  const firstSeq = emptyBlockFirst(reading, rules, records[0] ?? beginning, erased);
  if (firstSeq === 0n) return null;
  return {
    block,
    live: NO_SEQUENCES,
    firstSeq,
    lastSeq: firstSeq - 1n,
    firstTimeNs: 0n,
    lastTimeNs: 0n,
    readBytes,
  };
}

/** All that the `.idx` knew is lost, its place is not. */
function emptiedBlock(block: BlockFile, { lastSeq }: BlockIndex): RecoveredBlock {
  return {
    block,
    live: NO_SEQUENCES,
    firstSeq: lastSeq + 1n,
    lastSeq,
    firstTimeNs: 0n,
    lastTimeNs: 0n,
    readBytes: 0,
  };
}

/** Where an empty block stands; 0n: nowhere. */
function emptyBlockFirst(reading: BlockReading, rules: ServerRules, known: bigint, erased: bigint): bigint {
  if (erased > 0n && rules.tombstones) return erased + 1n;
  if (known > 0n) return known;
  if (!rules.tombstones || (reading.cutAtBytes !== null && !rules.cutBlockKeepsPlace)) return 0n;
  const named = rangesOf(reading.scan.tombstoneSeqs);
  if (named.length === 0) return 0n;
  return ((rules.emptyBlockFollows === 'lowest' ? named[0] : named.at(-1)) ?? 0n) + 1n;
}

function lastErased(seqs: BigUint64Array, from: bigint): bigint {
  const last = seqs.at(-1) ?? 0n;
  return last >= from ? last : 0n;
}

/** An `.idx` whose checksum fits is taken as it is: no record is read. */
function believedBlock(reading: BlockReading, index: BlockIndex): RecoveredBlock | null {
  if (index.firstSeq === 0n) return null;
  return {
    block: reading.block,
    live: subtractRanges(oneRange(index.firstSeq, index.lastSeq), index.deleted),
    firstSeq: index.firstSeq,
    lastSeq: index.lastSeq,
    firstTimeNs: index.firstTimeNs,
    lastTimeNs: index.lastTimeNs,
    readBytes: null,
  };
}
