import { packRanges, unpackRanges, type PackedRanges } from './packed-ranges.ts';
import {
  clipRanges,
  haveCommon,
  MAX_SEQUENCE,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from './sequence-ranges.ts';

/** The empty set at rest. */
export const NO_PACKED: PackedRanges = packRanges(NO_SEQUENCES);

/** Room for one set, from one use to the next: what is dropped is given back late. */
let room = new BigUint64Array(0);

/** A set, valid until the next one is. */
function lent(set: PackedRanges): SequenceRanges {
  if (room.length < 2 * set.pairs) room = new BigUint64Array(2 * set.pairs);
  return unpackRanges(set, room);
}

/** What a set holds from `fromSeq` on: itself where that is all. */
export function packedFrom(set: PackedRanges, fromSeq: bigint): PackedRanges {
  return set.first >= fromSeq ? set : packRanges(clipRanges(lent(set), fromSeq, MAX_SEQUENCE));
}

/** What a set holds up to `toSeq`: itself where that is all. */
export function packedUpTo(set: PackedRanges, toSeq: bigint): PackedRanges {
  return set.last <= toSeq ? set : packRanges(clipRanges(lent(set), set.first, toSeq));
}

/** A set without the sequences of another: itself where they have none in common. */
export function packedWithout(set: PackedRanges, gone: SequenceRanges): PackedRanges {
  const near = clipRanges(gone, set.first, set.last);
  if (near.length === 0) return set;
  const ranges = lent(set);
  return haveCommon(ranges, near) ? packRanges(subtractRanges(ranges, near)) : set;
}

/** What lies between the sequences of a set. */
export function packedGaps(set: PackedRanges): PackedRanges {
  if (set.pairs < 2) return NO_PACKED;
  const ranges = lent(set);
  const last = ranges.length - 2;
  for (let i = 0; i < last; i += 2) {
    ranges[i] = (ranges[i + 1] ?? 0n) + 1n;
    ranges[i + 1] = (ranges[i + 2] ?? 0n) - 1n;
  }
  return packRanges(ranges.subarray(0, last));
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
