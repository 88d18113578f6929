import type { PackedRanges } from '../core/packed-ranges.ts';
import type { SubjectMapping } from '../core/subject-map.ts';
import type { Fault } from '../findings/finding.ts';
import type { LineOptions, SubjectLot, V2Run } from '../kernels/index.ts';
import type { BlockCut, MessageTotals, PackedScan } from '../kernels/types.ts';
import type { SubjectColumns } from './subject-columns.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';

/** Check every record of one block. */
export interface ScanJob {
  readonly kind: 'scan';
  readonly source: SourceDescriptor;
  /** HighwayHash key: SHA-256 of `NAME-N`. */
  readonly key: Uint8Array;
  /** Report which messages carry `Nats-TTL` and `Nats-Schedule` headers. */
  readonly headerSeqs: boolean;
  /** Sequences that the index counts as live, where it counts some as deleted: added up apart. */
  readonly live?: PackedRanges | undefined;
  /** Other copies of the block, which are compared with it byte by byte on the way. */
  readonly twins?: readonly SourceDescriptor[];
  /** Look for every good record, in any order. */
  readonly salvage?: boolean;
  /** Tell where the block can be cut. */
  readonly wantsCuts?: boolean;
}

/** How another copy of a block compares. Its faults are told as far as it was read: whole where it is equal. */
export interface TwinResult {
  readonly isEqual: boolean;
  readonly compression: 'none' | 's2';
  readonly blockFaults: readonly Fault[];
  readonly carrierFaults: readonly Fault[];
}

/** What the records of one block turned out to be. */
export interface ScanResult {
  readonly kind: 'scan';
  readonly compression: 'none' | 's2';
  readonly scan: PackedScan;
  /** What the job gave as live. */
  readonly presumed: PackedRanges | null;
  /** Of the S2 stream around the block, or of the snapshot that carries it; offsets in the encoded bytes. */
  readonly blockFaults: readonly Fault[];
  readonly carrierFaults: readonly Fault[];
  /** Decoded offsets from, to of the chunks of that snapshot that were checked. */
  readonly carrierChecked: readonly number[];
  /** In the order of the job's. */
  readonly twins: readonly TwinResult[];
  /** They make pieces of 1.5 MiB or a little more of the block; none where it is damaged, or they were not wanted. */
  readonly cuts: readonly BlockCut[];
}

/** Which messages a consumer waits for: those above `afterSeq` that a pattern matches (none = all). */
export interface PendingQuery {
  readonly afterSeq: bigint;
  readonly patterns: readonly string[];
}

/** Add up the live messages of one block. */
export interface TallyJob {
  readonly kind: 'tally';
  readonly source: SourceDescriptor;
  readonly key: Uint8Array;
  readonly live: PackedRanges;
  readonly wantSubjects: boolean;
  readonly pending: readonly PendingQuery[];
  /** Go past damage. */
  readonly salvage?: boolean;
}

/** Live messages of one subject. */
export interface SubjectTally {
  messages: number;
  bytes: number;
  lastSeq: bigint;
}

/** What live messages add up to; bytes as in a stream state, times in ns since 1970. */
export interface TallyResult extends MessageTotals {
  readonly kind: 'tally';
  /** Subject bytes as latin1 text (each byte one character), so that any bytes survive. */
  readonly subjects: ReadonlyMap<string, SubjectTally>;
  /** One count for each query. */
  readonly pending: readonly number[];
}

/** The same of one block. */
export interface BlockTally extends Omit<TallyResult, 'subjects'> {
  readonly subjects: SubjectColumns;
}

/** Take a fingerprint of some messages of one block. */
export interface FingerprintJob {
  readonly kind: 'fingerprint';
  readonly source: SourceDescriptor;
  readonly key: Uint8Array;
  readonly wanted: PackedRanges;
  /** Rules that subjects go through first, over latin1 text of their bytes. */
  readonly subjectMappings: readonly SubjectMapping[];
}

/** Fingerprints by rank among the wanted sequences. */
export interface FingerprintResult {
  readonly kind: 'fingerprint';
  /** One for each wanted sequence, ascending; 0 where the block has no good record of it. */
  readonly prints: BigUint64Array<ArrayBuffer>;
}

/** What the source of a rewrite holds: nothing of it that is read may be unsound. */
export type RewriteInput =
  | { readonly holds: 'block' }
  /** A block with damage in it: pairs from, to of its decoded bytes, where good records lie. */
  | { readonly holds: 'damaged-block'; readonly spansBytes: Float64Array }
  /** Messages of a V2 archive, one behind the other. */
  | { readonly holds: 'v2-messages' };

/** Write the live messages of one block as a block of another stream, or with another number. */
export interface RewriteJob {
  readonly kind: 'rewrite';
  readonly source: SourceDescriptor;
  readonly input: RewriteInput;
  readonly live: PackedRanges;
  /** HighwayHash key of the block that is written. */
  readonly key: Uint8Array;
  /** Records keep their checksums: they were made with the same key. Never of V2 messages, which have none. */
  readonly keepsSums: boolean;
  /** A skip record to end with: the stream's last sequence, deleted, and its time. */
  readonly tail: { readonly seq: bigint; readonly timeNs: bigint } | null;
  /** Tell which subjects there are. */
  readonly countsSubjects: boolean;
  readonly target: RewriteTarget;
}

/** Check every record of one block and, where all are sound, write those that are presumed live in the same reading. */
export interface TakeOverJob {
  readonly kind: 'take-over';
  readonly scan: ScanJob;
  /** Of the same block. */
  readonly rewrite: RewriteJob;
}

export interface TakeOverResult {
  readonly kind: 'take-over';
  readonly scan: ScanResult;
  /** null where something is wrong with the block, or it is too large: nothing was written. */
  readonly rewritten: RewriteResult | null;
}

/**
 * Where a rewritten block goes: an open file, which is synced and then, with `readBack`, read again and checked; or shared memory
 * with room for `rewrittenRoom` of the block's bytes, there as chunks of a snapshot where `pack` is given and the block is not too
 * small for chunks of its own.
 */
export type RewriteTarget =
  | { readonly kind: 'file'; readonly descriptor: number; readonly readBack: ScanJob | null }
  | { readonly kind: 'memory'; readonly bytes: Uint8Array; readonly pack: PackTarget | null };

/** The name of a block in a snapshot, and how what its chunks hold is to be checked. */
interface PackTarget extends Pick<ScanJob, 'key' | 'headerSeqs'> {
  readonly path: string;
}

/** What was written, and what an index has to know of it. */
export interface RewriteResult {
  readonly kind: 'rewrite';
  /** Of the block, or where it was packed of its chunks. */
  readonly lengthBytes: number;
  /** Of the block, packed or not. */
  readonly contentBytes: number;
  /** What the file was found to hold, or the chunks; null where nobody looked, or something is wrong. */
  readonly readBack: ScanResult | null;
  readonly isPacked: boolean;
  readonly messages: number;
  readonly messageBytes: number;
  readonly firstSeq: bigint;
  readonly firstTimeNs: bigint;
  readonly lastSeq: bigint;
  readonly lastTimeNs: bigint;
  /** None where they are not counted. */
  readonly subjects: readonly SubjectLot[];
  /** Messages with a `Nats-TTL` or `Nats-Schedule` header: what an index has to know of them. */
  readonly timed: readonly TimedMessage[];
  readonly lastChecksum: Uint8Array;
}

/** Write the messages of a piece of a block as `cat` prints them. */
export interface RenderJob {
  readonly kind: 'render';
  readonly source: SourceDescriptor;
  readonly key: Uint8Array;
  /** Decoded offsets: where a record begins, and where the last one ends. */
  readonly fromBytes: number;
  readonly toBytes: number;
  readonly lines: LineOptions;
  /** Shared memory with room for `mostLineBytes`. */
  readonly target: Uint8Array;
}

export interface RenderResult {
  readonly kind: 'render';
  /** Of what was written; null where it was too much to be written at once. */
  readonly lengthBytes: number | null;
  readonly messages: number;
}

/** Where in a snapshot's file the chunks of one of its files lie. */
export interface PackedPlace {
  /** The snapshot, open for writing, and its path. */
  readonly descriptor: number;
  readonly path: string;
  readonly offsetBytes: number;
}

/** Write the chunks of a block where they belong, and read them again. */
export interface PlaceJob {
  readonly kind: 'place';
  /** Shared. */
  readonly chunks: Uint8Array;
  readonly place: PackedPlace;
}

export interface PlaceResult {
  readonly kind: 'place';
  /** The file holds them. */
  readonly isThere: boolean;
}

/** A message that the time files name. */
export interface TimedMessage {
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly subject: string;
  readonly header: Uint8Array;
}

/** Walk those messages of a V2 body that begin in a piece of it, from the first on that can be told from what lies around it. */
export interface WalkJob {
  readonly kind: 'walk';
  /** The body, behind the magic. */
  readonly source: SourceDescriptor;
  readonly fromBytes: number;
  readonly toBytes: number;
  /** About as many bytes are told of together. */
  readonly runBytes: number;
}

/** Messages one behind the other, as if none lay before them. */
export interface WalkedRun {
  readonly offsetBytes: number;
  readonly run: Omit<V2Run, 'ranges'>;
  readonly seqs: PackedRanges;
}

export interface WalkResult {
  readonly kind: 'walk';
  /** None where no message was found; each begins where the one before ends. */
  readonly runs: readonly WalkedRun[];
  /** Of the S2 stream around the body, as far as it was read. */
  readonly faults: readonly Fault[];
}

/** Work of a room that may not be imported here: whoever runs jobs for it knows what it is (`RunJob`). */
export interface ErrandJob {
  readonly kind: 'errand';
  readonly errand: unknown;
}

export interface ErrandResult {
  readonly kind: 'errand';
  readonly outcome: unknown;
}

/** What a thread can be asked to do: plain data. */
export type Job =
  | ScanJob
  | TallyJob
  | FingerprintJob
  | RewriteJob
  | TakeOverJob
  | RenderJob
  | PlaceJob
  | WalkJob
  | ErrandJob;

/** What it gives for each. */
export type JobResult<J extends Job> = Results[J['kind']];

interface Results {
  readonly scan: ScanResult;
  readonly tally: BlockTally;
  readonly fingerprint: FingerprintResult;
  readonly rewrite: RewriteResult;
  readonly 'take-over': TakeOverResult;
  readonly render: RenderResult;
  readonly place: PlaceResult;
  readonly walk: WalkResult;
  readonly errand: ErrandResult;
}
