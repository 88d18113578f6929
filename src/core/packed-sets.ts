import { packRanges, unpackRanges, type PackedRanges } from './packed-ranges.ts';
import {
  clipRanges,
  MAX_SEQUENCE,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from './sequence-ranges.ts';

/** The empty set at rest. */
export const NO_PACKED: PackedRanges = packRanges(NO_SEQUENCES);

/** What a set holds from `fromSeq` on: itself where that is all. */
export function packedFrom(set: PackedRanges, fromSeq: bigint): PackedRanges {
  return set.first >= fromSeq ? set : packRanges(clipRanges(unpackRanges(set), fromSeq, MAX_SEQUENCE));
}

/** What a set holds up to `toSeq`: itself where that is all. */
export function packedUpTo(set: PackedRanges, toSeq: bigint): PackedRanges {
  return set.last <= toSeq ? set : packRanges(clipRanges(unpackRanges(set), set.first, toSeq));
}

/** A set without the sequences of another: itself where they have none in common. */
export function packedWithout(set: PackedRanges, gone: SequenceRanges): PackedRanges {
  const near = clipRanges(gone, set.first, set.last);
  if (near.length === 0) return set;
  const left = packRanges(subtractRanges(unpackRanges(set), near));
  return left.count === set.count ? set : left;
}

/** Whether two sets hold the same sequences. */
export function areSamePacked(a: PackedRanges, b: PackedRanges): boolean {
  if (a === b) return true;
  if (a.first !== b.first || a.last !== b.last || a.pairs !== b.pairs || a.count !== b.count) return false;
  // Equal sets are packed the same way.
  if (a.content.packing === 'pairs' || b.content.packing === 'pairs') {
    const other = unpackRanges(b);
    return unpackRanges(a).every((seq, i) => seq === other[i]);
  }
  return Buffer.compare(a.content.bytes, b.content.bytes) === 0;
}
