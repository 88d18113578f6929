import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { SubjectLot } from '../../kernels/index.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';
import type { ScanJob, ScanResult } from './scan.ts';

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

/** A message that the time files name. */
export interface TimedMessage {
  readonly seq: bigint;
  readonly timeNs: bigint;
  readonly subject: string;
  readonly header: Uint8Array;
}
