import { hashKey } from '../../../codec/highwayhash.ts';
import { CHUNK_HEADER_BYTES, CHUNK_TYPE } from '../../../codec/s2/framing.ts';
import {
  CHECKSUM_BYTES,
  HEADER_LENGTH_BYTES,
  RECORD_HEAD_BYTES,
  hasHeaderAt,
  leastBytesAt,
  recordBytesAt,
} from '../../../format/block/record.ts';
import { LooseRanges } from '../../../core/loose-ranges.ts';
import { MAX_SEQUENCE, rangesOf, type SequenceRanges } from '../../../core/sequence-ranges.ts';
import type { Entry } from '../../../container/entry.ts';
import type { BlockSubject } from '../../../format/block-subjects/parse.ts';
import { faultsOfKind, type PackedFaults } from '../../../kernels/packed-faults.ts';
import type { PackedScan } from '../../../kernels/types.ts';
import type { ScanFault } from '../../../kernels/scan-fault.ts';
import type { BlockFile, StreamArchive } from '../../../model/stream-archive.ts';
import { SliceSource } from '../../../source/slice.ts';
import type { ScanResult } from '../../../workers/jobs/scan.ts';
import { descriptorOf, readEntry, readLastBytes } from '../../../model/read-entry.ts';
import { openBlock } from '../../../workers/open-block.ts';
import { packScan, scanBlock, scanSource } from '../../../workers/scan-block.ts';
import { oddBlocks, type OddBlock } from './odd-blocks.ts';
import type { ServerRules } from '../rules/server-rules.ts';
import { readBlockIndexAsServer, type TakenBlockIndex } from './block-index-as-server.ts';
import { readSubjectsAsServer } from './block-subjects-as-server.ts';

/** A block as a server reads it: record by record, up to the first that is bad. */
export interface BlockReading {
  readonly block: BlockFile;
  /** Why it is no block, though some servers take it for one; null: it is a block. */
  readonly oddity: OddBlock['oddity'] | null;
  /** What its `.idx` tells, whole or not; null where there is none. */
  readonly known: TakenBlockIndex | null;
  /** `known` was made for the block as it ends. */
  readonly isKnownCurrent: boolean;
  /** What its `.fss` tells a server; null where there is none that it takes. */
  readonly subjects: readonly BlockSubject[] | null;
  /** Of the records before the first bad one. */
  readonly scan: PackedScan;
  /** All records are good and in order. */
  readonly isFaultless: boolean;
  /** Offset of the first bad record in the decoded block; null where all are good. */
  readonly cutAtBytes: number | null;
  /** Whatever is live of these lies in a bad record. */
  readonly badSeqs: SequenceRanges;
  /** Messages whose header says that it is longer than they are. */
  readonly overlongHeaders: SequenceRanges;
  /** The bad record claims a header for which it is too short. */
  readonly isHeaderTooShort: boolean;
  /** Its compression, if it has any, can be undone. */
  readonly isDecodable: boolean;
  readonly isCompressed: boolean;
  /** Cut at the offset of its decoded bytes, a compressed block can still be decoded. */
  readonly isDecodableCut: boolean;
}

type IndexFiles = Pick<BlockReading, 'known' | 'isKnownCurrent' | 'subjects'>;

const STOPPING: readonly ScanFault['kind'][] = ['checksum', 'length', 'tail'];

/** Only blocks with a bad record are read again, up to that record. Throws SourceError. */
export function readBlocks(
  archive: StreamArchive,
  results: ReadonlyMap<number, ScanResult>,
): readonly BlockReading[] {
  const { parts } = archive;
  const sidecars = new Map('entries' in parts ? parts.entries.map((entry) => [entry.path, entry]) : []);
  const readings = archive.blocks.flatMap((block) => {
    const result = results.get(block.index);
    if (result === undefined) return [];
    return [readBlock(block, result, readIndexFiles(block, archive.name, sidecars), keyOf(archive, block))];
  });
  const odd = oddBlocks(parts).map(({ block, oddity }): BlockReading => {
    const key = keyOf(archive, block);
    const result = scanBlock({ kind: 'scan', source: descriptorOf(block.entry), key, headerSeqs: false });
    return { ...readBlock(block, result, readIndexFiles(block, archive.name, sidecars), key), oddity };
  });
  return [...readings, ...odd].toSorted((a, b) => a.block.index - b.block.index);
}

/** Those that a server takes for blocks. */
export function takenReadings(
  readings: readonly BlockReading[],
  rules: ServerRules,
): readonly BlockReading[] {
  return rules.takesCopies ? readings : readings.filter(({ oddity }) => oddity !== 'copy');
}

function keyOf({ name }: StreamArchive, { index }: BlockFile): Uint8Array {
  return hashKey(`${name}-${index}`);
}

function readIndexFiles(
  block: BlockFile,
  streamName: string,
  sidecars: ReadonlyMap<string, Entry>,
): IndexFiles {
  const [index, subjectFile] = ['idx', 'fss'].map((kind) => sidecars.get(`msgs/${block.index}.${kind}`));
  const known = index === undefined ? null : readBlockIndexAsServer(bytesOf(index));
  if (known === null) return { known, isKnownCurrent: false, subjects: null };
  const subjects =
    subjectFile === undefined
      ? null
      : readSubjectsAsServer(bytesOf(subjectFile), `${streamName}-${block.index}`, known);
  return { known, isKnownCurrent: isCurrent(known, block.entry), subjects };
}

function bytesOf(entry: Entry): Uint8Array {
  return readEntry(entry) ?? new Uint8Array(0);
}

/** Whether an `.idx` was made for a block as it ends. */
export function isCurrent({ lastChecksum, messages }: TakenBlockIndex, block: Entry): boolean {
  if (lastChecksum === null) return false;
  if (block.sizeBytes === 0 && messages === 0n) return true;
  const end = readLastBytes(block);
  return lastChecksum.every((byte, i) => byte === (end.length < lastChecksum.length ? 0 : end[i]));
}

function readBlock(block: BlockFile, result: ScanResult, files: IndexFiles, key: Uint8Array): BlockReading {
  const { faults } = result.scan;
  const [bad] = faultsOfKind(faults, ...STOPPING);
  const reading = {
    block,
    oddity: null,
    ...files,
    scan: result.scan,
    isFaultless: faults.length === 0,
    cutAtBytes: null,
    badSeqs: badBetween(faults),
    overlongHeaders: rangesOf(
      BigUint64Array.from(
        [...faultsOfKind(faults, 'structure')].flatMap(({ detail, seq }) =>
          detail === 'header-length' ? (seq ?? []) : [],
        ),
      ),
    ),
    isHeaderTooShort: false,
    isDecodable:
      isDecoded(block, result) && !(bad?.offsetBytes === 0 && hasForeignCompression(block, result)),
    isCompressed: result.compression === 's2',
    isDecodableCut: bad !== undefined && result.compression === 's2' && isDecodedCut(block, result, bad),
  };
  if (bad === undefined || !reading.isDecodable) return reading;
  const open = openBlock(descriptorOf(block.entry));
  const head = Buffer.alloc(RECORD_HEAD_BYTES);
  try {
    const isWhole = open.content.read(head, bad.offsetBytes) === RECORD_HEAD_BYTES;
    return {
      ...reading,
      scan: packScan(scanSource(new SliceSource(open.content, 0, bad.offsetBytes), { key })),
      cutAtBytes: bad.offsetBytes,
      isHeaderTooShort: isWhole && isHeaderTooShort(head, bad, open.content.sizeBytes),
    };
  } finally {
    open.close();
  }
}

/** From the good record before each bad one to the good one behind it. */
function badBetween(faults: PackedFaults): SequenceRanges {
  const gaps = new LooseRanges();
  for (const { seqBefore, seqAfter } of faultsOfKind(faults, ...STOPPING))
    gaps.add(seqBefore + 1n, seqAfter > 0n ? seqAfter - 1n : MAX_SEQUENCE);
  return gaps.take();
}

/** Servers go past the end of a block with a chunk that they skip, however long it says it is. */
function isDecoded(block: BlockFile, { blockFaults }: ScanResult): boolean {
  const [first] = blockFaults;
  if (first === undefined) return true;
  if (blockFaults.length > 1 || first.code !== 'S2_CUT' || first.data?.['expected'] === undefined)
    return false;
  return skippedBytes(block, first.offsetBytes ?? 0, block.entry.sizeBytes - CHECKSUM_BYTES) !== null;
}

/** A cut behind its end adds zeros: they are passed where the last 8 bytes happen to begin a chunk that is skipped. */
function isDecodedCut(block: BlockFile, { blockFaults }: ScanResult, { offsetBytes }: ScanFault): boolean {
  const endBytes = blockFaults[0]?.offsetBytes ?? block.entry.sizeBytes - CHECKSUM_BYTES;
  const contentBytes = offsetBytes - CHECKSUM_BYTES;
  const skipped = skippedBytes(block, endBytes, contentBytes);
  return skipped !== null && endBytes + skipped >= contentBytes;
}

/** How far a chunk reaches that servers skip; null where there is none, or only the beginning of its header. */
function skippedBytes(block: BlockFile, offsetBytes: number, endBytes: number): number | null {
  const [type = 0, ...length] = bytesAt(block, offsetBytes, CHUNK_HEADER_BYTES);
  if (length.length < CHUNK_HEADER_BYTES - 1 || offsetBytes + CHUNK_HEADER_BYTES > endBytes) return null;
  if (type < CHUNK_TYPE.firstSkippable || type >= CHUNK_TYPE.identifier) return null;
  return CHUNK_HEADER_BYTES + length.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
}

/** `cmp` and an algorithm that no server knows. */
function hasForeignCompression(block: BlockFile, result: ScanResult): boolean {
  if (result.compression === 's2') return false;
  const head = bytesAt(block, 0, 4);
  return head[0] === 0x63 && head[1] === 0x6d && head[2] === 0x70 && (head[3] ?? 0) > 0;
}

function bytesAt(block: BlockFile, offsetBytes: number, count: number): Uint8Array {
  const source = block.entry.open();
  try {
    const bytes = new Uint8Array(count);
    return bytes.subarray(0, source.read(bytes, offsetBytes));
  } finally {
    source.close();
  }
}

function isHeaderTooShort(head: Buffer, bad: ScanFault, blockBytes: number): boolean {
  const recordBytes = recordBytesAt(head, 0);
  const missingBytes = leastBytesAt(head, 0) - recordBytes;
  const isInside = bad.offsetBytes + recordBytes <= blockBytes;
  return hasHeaderAt(head, 0) && isInside && missingBytes > 0 && missingBytes <= HEADER_LENGTH_BYTES;
}
