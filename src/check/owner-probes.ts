import { HIGHEST_FIRST_SEQ, isPlausibleSubject, isPlausibleTime } from '../core/plausible.ts';
import {
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  SEQ_FLAGS,
  leastBytesAt,
  recordBytesAt,
  seqWordAt,
  subjectBytesAt,
  timeNsAt,
} from '../format/block/record.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import { openBlock } from '../workers/open-block.ts';

const SEARCHED_BYTES = 4 * 1024 * 1024;
const MOST_PROBES = 8;
/** Of those that nothing sound follows, more have to be tried. */
const MOST_LONELY = 48;
/** So much of a subject is looked at: heads may be all over a block, each with a long one. */
const MOST_SUBJECT_LOOK_BYTES = 256;

/** Records of a block whose header and subject look sound, shortest first. Damage of its compression is gone past. Throws SourceError. */
export function ownerProbes(descriptor: SourceDescriptor): Buffer[] {
  const block = openBlock(descriptor, true);
  try {
    const bytes = Buffer.alloc(Math.min(SEARCHED_BYTES, block.content.sizeBytes));
    return findProbes(bytes.subarray(0, block.content.read(bytes, 0)));
  } finally {
    block.close();
  }
}

/** Where some are followed by others, those come first. */
function findProbes(bytes: Buffer): Buffer[] {
  const followed: Buffer[] = [];
  const lonely: Buffer[] = [];
  for (let at = 0; at + LEAST_RECORD_BYTES <= bytes.length && followed.length < MOST_PROBES; at++) {
    const lengthBytes = soundLength(bytes, at);
    if (lengthBytes === 0) continue;
    const next = at + lengthBytes;
    const isFollowed = next + LEAST_RECORD_BYTES <= bytes.length && soundLength(bytes, next) > 0;
    if (isFollowed) followed.push(bytes.subarray(at, next));
    else if (lonely.length < MOST_LONELY) lonely.push(bytes.subarray(at, next));
  }
  return [followed, lonely].flatMap((probes) => probes.toSorted((a, b) => a.length - b.length));
}

/** The length of the record that may begin here, 0 where none can. */
function soundLength(bytes: Buffer, at: number): number {
  const recordBytes = recordBytesAt(bytes, at);
  if (recordBytes > bytes.length - at || recordBytes < leastBytesAt(bytes, at)) return 0;
  if ((seqWordAt(bytes, at) & ~SEQ_FLAGS) > HIGHEST_FIRST_SEQ) return 0;
  const timeNs = timeNsAt(bytes, at);
  if (timeNs !== 0n && !isPlausibleTime(timeNs)) return 0;
  const subjectAt = at + RECORD_HEAD_BYTES;
  const lookedAtBytes = Math.min(subjectBytesAt(bytes, at), MOST_SUBJECT_LOOK_BYTES);
  return isPlausibleSubject(bytes.subarray(subjectAt, subjectAt + lookedAtBytes)) ? recordBytes : 0;
}
