import { packRanges, unpackRanges, type PackedRanges } from '../../../core/packed-ranges.ts';
import { NO_PACKED, packedFrom, packedWithout } from '../../../core/packed-sets.ts';
import { oneRange, rangesOf, subtractRanges } from '../../../core/sequence-ranges.ts';
import type { PackedScan } from '../../../kernels/types.ts';
import type { BlockFile } from '../../../model/stream-archive.ts';
import type { KnownBlock } from '../files/block-index-as-server.ts';
import { MOST_LOST } from '../rules/memory-limits.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import type { RecoveredBlock } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';
import { walkBlock, type Walk } from './walk-block.ts';

/** How a server fares with a block whose `.idx` it believes, when it opens it; null where it believes none. */
export function walkOnOpening(reading: BlockReading, rules: ServerRules): Walk | null {
  const { known, isKnownCurrent, isDecodable, subjects } = reading;
  if (known === null || !isKnownCurrent || !isDecodable) return null;
  const isWalked = known.messages > 0n && (rules.walksIndexedBlocks || subjects === null);
  return isWalked ? walkBlock(reading, known, rules) : 'passes';
}

/**
 * What a server finds in a block that it reads record by record; null where it finds nothing and removes the file. An
 * `.idx` of 2.9 that does not fit the block any more still says where the block begins and what was deleted.
 */
export function rebuildBlock(reading: BlockReading, rules: ServerRules): RecoveredBlock | null {
  const { known } = reading;
  if (known !== null && walkOnOpening(reading, rules) === 'passes') {
    const believed = believedBlock(reading.block, known);
    return believed === null || rules.loadsSubjects ? believed : { ...believed, subjects: reading.subjects };
  }
  return readRecords(reading, known, rules);
}

/**
 * Whether a server that cuts the block has no memory for the list of what it lost: all sequences up to where an index
 * said that the block ends, from 0 on where no record is left.
 */
export function losesTooMany(reading: BlockReading, known: KnownBlock | null): boolean {
  if (known === null || reading.cutAtBytes === null || !reading.isDecodable) return false;
  const records = packedFrom(reading.scan.ranges, known.firstSeq);
  const erased = lastErased(reading.scan.erasedSeqs, known.firstSeq);
  return known.lastSeq - endOf(reading.scan, records, erased).lastSeq > MOST_LOST;
}

/** The same for one of which an index had told where it begins and what was deleted; that holds. */
export function readRecords(
  reading: BlockReading,
  known: KnownBlock | null,
  rules: ServerRules,
): RecoveredBlock | null {
  const { block, scan } = reading;
  // What it cannot decode 2.9 takes for a bad record.
  if (reading.isCompressed && !rules.compression)
    return known === null || known.firstSeq === 0n
      ? null
      : { ...emptyBlock(block, known.firstSeq, 0), lastSeq: 0n };
  if (!reading.isDecodable) return null;
  if (known !== null && block.entry.sizeBytes === 0) return emptiedBlock(block, known);
  const beginning = known?.firstSeq ?? 0n;
  const records = packedFrom(scan.ranges, beginning);
  const live = known === null ? records : packedWithout(records, unpackRanges(known.deleted));
  const messages = live.count;
  const erased = lastErased(scan.erasedSeqs, beginning);
  const readBytes = reading.cutAtBytes ?? scan.rawBytes;
  if (messages > 0n) {
    const left = {
      block,
      live,
      messages,
      firstSeq: records.first,
      ...endOf(scan, records, erased),
      readBytes,
    };
    return isLostByCut(reading, left, rules) ? { ...left, flaw: 'cut' } : left;
  }
  const firstSeq = emptyBlockFirst(reading, rules, records.count > 0n ? records.first : beginning, erased);
  if (firstSeq === 0n) return null;
  const empty = emptyBlock(block, firstSeq, readBytes);
  const isLeftOpen = reading.cutAtBytes !== null && !rules.cutBlockKeepsPlace;
  return isLeftOpen ? { ...empty, lastSeq: endOf(scan, records, erased).lastSeq } : empty;
}

/**
 * The file of a compressed block is cut at an offset of its decoded bytes. What is left cannot be decoded, or still ends
 * with the bad record, which servers that check places cut again and again.
 */
function isLostByCut(reading: BlockReading, left: RecoveredBlock, rules: ServerRules): boolean {
  if (!reading.isCompressed || reading.cutAtBytes === null) return false;
  if (!reading.isDecodableCut || rules.walk === 'places') return true;
  return walkBlock(reading, { ...left, deleted: NO_PACKED }, rules) !== 'passes';
}

function endOf(
  scan: PackedScan,
  records: PackedRanges,
  erased: bigint,
): Pick<RecoveredBlock, 'lastSeq' | 'firstTimeNs' | 'lastTimeNs'> {
  const { firstTimeNs, lastTimeNs } = scan;
  const lastSeq = records.count > 0n ? records.last : 0n;
  if (erased <= lastSeq) return { lastSeq, firstTimeNs, lastTimeNs };
  return { lastSeq: erased, firstTimeNs, lastTimeNs: scan.erasedTimesNs.at(-1) ?? 0n };
}

/** What an index knew of it is lost, but its place; where it knew of nothing, it is believed. */
export function emptiedBlock(
  block: BlockFile,
  { messages, firstSeq, lastSeq }: Pick<KnownBlock, 'messages' | 'firstSeq' | 'lastSeq'>,
): RecoveredBlock {
  return messages > 0n ? emptyBlock(block, lastSeq + 1n, 0) : { ...emptyBlock(block, firstSeq, 0), lastSeq };
}

/** Whatever was in it, its place is kept. */
function emptyBlock(block: BlockFile, firstSeq: bigint, readBytes: number): RecoveredBlock {
  const lastSeq = firstSeq - 1n;
  const none = { live: NO_PACKED, messages: 0n, firstTimeNs: 0n, lastTimeNs: 0n };
  return { block, ...none, firstSeq, lastSeq, readBytes };
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
function believedBlock(block: BlockFile, known: KnownBlock): RecoveredBlock | null {
  const { messages, firstSeq, lastSeq, firstTimeNs, lastTimeNs } = known;
  if (firstSeq === 0n) return null;
  const live = packRanges(subtractRanges(oneRange(firstSeq, lastSeq), unpackRanges(known.deleted)));
  return { block, live, messages, firstSeq, lastSeq, firstTimeNs, lastTimeNs, readBytes: null };
}
