import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { Fault } from '../../findings/finding.ts';
import type { BlockCut, PackedScan } from '../../kernels/types.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';

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

/** Decoded offsets from, to. */
export type CheckedSpan = readonly [from: number, to: number];

/** What was checked of a snapshot, span by span. */
export function checkedSpans({ carrierChecked: flat }: Pick<ScanResult, 'carrierChecked'>): CheckedSpan[] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? 0, flat[2 * i + 1] ?? 0]);
}
