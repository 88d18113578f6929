import { hashKey } from '../../codec/highwayhash.ts';
import {
  HEADER_LENGTH_BYTES,
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  hasHeaderAt,
  recordBytesAt,
  seqWordAt,
  subjectBytesAt,
} from '../../format/block/record.ts';
import { MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import type { PackedScan, ScanFault } from '../../kernels/types.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';
import { SliceSource } from '../../source/slice.ts';
import type { ScanResult } from '../../workers/jobs.ts';
import { descriptorOf, readEntry } from '../../model/read-entry.ts';
import { openBlock } from '../../workers/open-block.ts';
import { packScan, scanSource } from '../../workers/scan-block.ts';
import { readBrokenBlockIndex, type KnownBlock } from './broken-block-index.ts';

/** A block as a server reads it: record by record, up to the first that is bad. */
export interface BlockReading {
  readonly block: BlockFile;
  /** What its `.idx` tells, whole or not; null where there is none. */
  readonly known: KnownBlock | null;
  /** Beside it lies an `.fss`, which tells its subjects. */
  readonly hasSubjectFile: boolean;
  /** Of the records before the first bad one. */
  readonly scan: PackedScan;
  /** Offset of the first bad record in the decoded block; null where all are good. */
  readonly cutAtBytes: number | null;
  /** The last bad record lies behind this one; 0n: it is the first, or there is none. */
  readonly lastBadAfterSeq: bigint;
  /** A server that only finds its way through the records, and checks no sum, stumbles. */
  readonly isMisaligned: boolean;
  /**
   * A record claims a sequence so high that a server which lists the gap before it runs out of memory; `first`: only the
   * first record of the block, which newer servers look at before they do.
   */
  readonly endless: 'none' | 'first' | 'later';
  /** The bad record claims a header for which it is too short. */
  readonly isHeaderTooShort: boolean;
  /** Its compression, if it has any, can be undone. */
  readonly isDecodable: boolean;
  readonly isCompressed: boolean;
}

/** Where an index says a block begins and ends. */
type Bounds = Pick<KnownBlock, 'firstSeq' | 'lastSeq'>;

const STOPPING: readonly ScanFault['kind'][] = ['checksum', 'length', 'tail'];
/** In a block with more faults a walk stumbles, whatever they are. */
const MOST_FAULTS = 64;
/** Four bytes for each sequence: 2 GiB, which grow to twice as much on the way. */
const MOST_LISTED = 1n << 29n;

/** Only blocks with a bad record are read again, up to that record. Throws SourceError. */
export function readBlocks(
  archive: StreamArchive,
  results: ReadonlyMap<number, ScanResult>,
): readonly BlockReading[] {
  const indexed = new Map(archive.index?.blocks.map((entry) => [entry.index, entry]));
  const { parts } = archive;
  const sidecars = new Map('entries' in parts ? parts.entries.map((entry) => [entry.path, entry]) : []);
  return archive.blocks.flatMap((block) => {
    const result = results.get(block.index);
    if (result === undefined) return [];
    const broken = block.sidecar === null ? sidecars.get(`msgs/${block.index}.idx`) : undefined;
    const known =
      broken === undefined ? block.sidecar : readBrokenBlockIndex(readEntry(broken) ?? new Uint8Array(0));
    const bounds = indexed.get(block.index) ?? known ?? undefined;
    const reading = readBlock(block, result, hashKey(`${archive.name}-${block.index}`), known, bounds);
    return [{ ...reading, hasSubjectFile: sidecars.has(`msgs/${block.index}.fss`) }];
  });
}

function readBlock(
  block: BlockFile,
  result: ScanResult,
  key: Uint8Array,
  known: KnownBlock | null,
  bounds: Bounds | undefined,
): Omit<BlockReading, 'hasSubjectFile'> {
  const bad = result.scan.faults.find((fault) => STOPPING.includes(fault.kind));
  const reading = {
    block,
    known,
    scan: result.scan,
    cutAtBytes: null,
    lastBadAfterSeq: result.scan.faults.findLast((fault) => STOPPING.includes(fault.kind))?.seqBefore ?? 0n,
    isMisaligned:
      result.scan.faults.length > MOST_FAULTS ||
      result.scan.faults.some((fault) => fault.kind === 'length' || fault.kind === 'tail'),
    endless: 'none' as const,
    isHeaderTooShort: false,
    isDecodable:
      result.blockFaults.length === 0 && !(bad?.offsetBytes === 0 && hasForeignCompression(block, result)),
    isCompressed: result.compression === 's2',
  };
  if (bad === undefined || !reading.isDecodable) return reading;
  const open = openBlock(descriptorOf(block.entry));
  const heads = result.scan.faults.slice(0, MOST_FAULTS).map((fault) => {
    const bytes = Buffer.alloc(RECORD_HEAD_BYTES);
    return { fault, bytes, isWhole: open.content.read(bytes, fault.offsetBytes) === RECORD_HEAD_BYTES };
  });
  try {
    return {
      ...reading,
      scan: packScan(scanSource(new SliceSource(open.content, 0, bad.offsetBytes), { key })),
      cutAtBytes: bad.offsetBytes,
      isMisaligned:
        reading.isMisaligned ||
        heads.some(
          ({ fault, bytes }) => fault.lengthBytes !== recordBytesAt(bytes, 0) || isOutOfPlace(fault, bounds),
        ),
      endless: endlessAt(
        heads.filter(
          ({ fault, bytes }) => isWalkable(bytes, fault, open.content.sizeBytes) && isEndless(bytes, bounds),
        ),
      ),
      isHeaderTooShort: heads.some(
        ({ fault, bytes, isWhole }) =>
          fault === bad && isWhole && isHeaderTooShort(bytes, bad, open.content.sizeBytes),
      ),
    };
  } finally {
    open.close();
  }
}

/** `cmp` and an algorithm that no server knows. */
function hasForeignCompression(block: BlockFile, result: ScanResult): boolean {
  if (result.compression === 's2') return false;
  const head = new Uint8Array(4);
  const source = block.entry.open();
  try {
    source.read(head, 0);
  } finally {
    source.close();
  }
  return head[0] === 0x63 && head[1] === 0x6d && head[2] === 0x70 && (head[3] ?? 0) > 0;
}

/** A record whose sequence makes a block begin, go on or end elsewhere than the index says. */
function isOutOfPlace({ seq, seqBefore, seqAfter }: ScanFault, bounds: Bounds | undefined): boolean {
  if (seq === null || bounds === undefined) return false;
  if (seqAfter > 0n && seq >= seqAfter) return true;
  if (seqAfter === 0n && seq !== bounds.lastSeq) return true;
  if (seqBefore > 0n) return false;
  return seq < bounds.firstSeq ? seqAfter !== bounds.firstSeq : seq > bounds.firstSeq;
}

function endlessAt(heads: readonly { readonly fault: ScanFault }[]): BlockReading['endless'] {
  if (heads.some(({ fault }) => fault.seqBefore > 0n)) return 'later';
  return heads.length > 0 ? 'first' : 'none';
}

/** Its lengths are such that a server takes it for a record. */
function isWalkable(head: Buffer, { offsetBytes }: ScanFault, blockBytes: number): boolean {
  const recordBytes = recordBytesAt(head, 0);
  return (
    recordBytes >= LEAST_RECORD_BYTES + subjectBytesAt(head, 0) && offsetBytes + recordBytes <= blockBytes
  );
}

/** A flag bit would end the gap. */
function isEndless(head: Buffer, bounds: Bounds | undefined): boolean {
  const seq = seqWordAt(head, 0);
  return bounds !== undefined && seq <= MAX_SEQUENCE && seq > bounds.firstSeq + MOST_LISTED;
}

function isHeaderTooShort(head: Buffer, bad: ScanFault, blockBytes: number): boolean {
  const recordBytes = recordBytesAt(head, 0);
  const spareBytes = recordBytes - LEAST_RECORD_BYTES - subjectBytesAt(head, 0);
  const isInside = bad.offsetBytes + recordBytes <= blockBytes;
  return hasHeaderAt(head, 0) && isInside && spareBytes >= 0 && spareBytes < HEADER_LENGTH_BYTES;
}
