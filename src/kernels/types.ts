import type { PackedRanges } from '../core/packed-ranges.ts';
import type { PackedFaults } from './packed-faults.ts';
import type { ScanFault } from './scan-fault.ts';

/**
 * What one block says of itself, as columns. Sequences and times are u64/i64; ranges are pairs, both ends included.
 * Offsets count decoded bytes from the start of the block.
 */
export interface BlockScan {
  /** Decoded bytes that were walked. */
  readonly rawBytes: number;
  /** Records whose checksum fits (message, erased, skip, tombstone). */
  readonly records: number;
  /** Message records: no flag bit, sequence above all before. */
  readonly messages: number;
  /** Sum of the record lengths of `messages`. */
  readonly bytes: number;
  /** 0n and 0n where there is no message. */
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastTimeNs: bigint;
  /** Runs of consecutive message sequences: from, to, from, to, ... ascending. Valid until the next scan of this thread. */
  readonly ranges: BigUint64Array;
  /** Sequences with an erased or skip record (bit 63 cleared), in record order, with the record's time. */
  readonly erasedSeqs: BigUint64Array;
  readonly erasedTimesNs: BigInt64Array;
  /** Sequences that tombstones name (bit 62 cleared), in record order, with the tombstone's time. */
  readonly tombstoneSeqs: BigUint64Array;
  readonly tombstoneTimesNs: BigInt64Array;
  /** Message records with a `Nats-TTL` header: sequences. Empty unless asked for. */
  readonly ttlSeqs: BigUint64Array;
  /** Message records with a `Nats-Schedule` header: sequences. Empty unless asked for. */
  readonly scheduleSeqs: BigUint64Array;
  /** Sum over message records of `subjectDigest(subject)`, modulo 2^64. */
  readonly subjectDigest: bigint;
  /** null where no live sequences were given, or too many runs of them. */
  readonly live: MessageTotals | null;
  /** The last 8 bytes of the block: the checksum of its last record. Empty where the block is shorter. */
  readonly lastChecksum: Uint8Array;
  /** What does not fit, in order of offset. */
  readonly faults: readonly ScanFault[];
  /** Bytes hashed without finding a record: at most about eight times the block's, whatever it holds. */
  readonly vainBytes: number;
}

/** A place between two records. */
export interface BlockCut {
  /** In the decoded block. */
  readonly offsetBytes: number;
  /** The highest sequence of a message, erased or not, in front of it. */
  readonly seq: bigint;
}

/** What a block says of itself, at rest: a stream has many. */
export interface PackedScan extends Omit<BlockScan, 'ranges' | 'faults'> {
  readonly ranges: PackedRanges;
  readonly faults: PackedFaults;
}

/** What some messages add up to: those of a block whose sequences were given as live, some of an archive. */
export interface MessageTotals {
  readonly messages: number;
  /** Bytes that they take in a block. */
  readonly bytes: number;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastTimeNs: bigint;
  /** Modulo 2^64. */
  readonly subjectDigest: bigint;
}

/**
 * Good records of one window, as columns; views into kernel memory, valid until the next call. `...At` are places in
 * the window that comes with them. A tombstone, erased or skip record has its flag bits in `seqWord`.
 */
export interface RecordColumns {
  readonly count: number;
  /** Offset of the record in the decoded block. */
  readonly offsetBytes: Float64Array;
  /** Sequence word with its flag bits. */
  readonly seqWord: BigUint64Array;
  readonly timeNs: BigInt64Array;
  readonly recordBytes: Uint32Array;
  readonly subjectAt: Uint32Array;
  readonly subjectBytes: Uint32Array;
  readonly headerAt: Uint32Array;
  /** 0 where the record has no header. */
  readonly headerBytes: Uint32Array;
  readonly payloadAt: Uint32Array;
  readonly payloadBytes: Uint32Array;
}

/** What a scan looks for beside the totals. */
export interface BlockScannerOptions {
  /** HighwayHash key of the block: 32 bytes, SHA-256 of `NAME-N`. */
  readonly key: Uint8Array;
  /** `ranges` are not wanted: they stay empty. */
  readonly withoutRanges?: boolean | undefined;
  /** Fill `ttlSeqs`. */
  readonly ttl?: boolean;
  /** Fill `scheduleSeqs`. */
  readonly schedules?: boolean;
  /**
   * Look for every good record: behind damage also those with a lower sequence (told as `order`), and never give up
   * before the end. What a hostile block has used up the budget for is passed over.
   */
  readonly salvage?: boolean;
  /** Called for the good records of each window, in order; one whose sequence is out of order is not among them. */
  readonly onRecords?: (columns: RecordColumns, window: Uint8Array) => void;
  /** Entries of each column before it is drained; the tests make it small. */
  readonly columnEntries?: number;
  /** Add the messages of these sequences up apart. */
  readonly live?: PackedRanges | undefined;
}

/** What the subject table of an index.db adds up to. */
export interface SubjectTable {
  /** Where it ends. */
  readonly endBytes: number;
  readonly messages: bigint;
  /** Of each subject its digest, as many times as it has messages; modulo 2^64. */
  readonly digest: bigint;
}

/** What messages of a V2 archive, one behind the other, add up to. */
export interface V2Run extends MessageTotals {
  /** Bytes of the archive that they take. */
  readonly takenBytes: number;
  /** Pairs from, to. */
  readonly ranges: BigUint64Array;
}
