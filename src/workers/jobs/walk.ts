import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { Fault } from '../../findings/finding.ts';
import type { V2Run } from '../../kernels/index.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';

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
