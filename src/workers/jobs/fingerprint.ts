import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { SubjectMapping } from '../../core/subject-map.ts';
import type { SourceDescriptor } from '../../source/byte-source.ts';

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
