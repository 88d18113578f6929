import { HIGHEST_FIRST_SEQ, isPlausibleSubject, isPlausibleTime } from '../../core/plausible.ts';
import {
  LEAST_RECORD_BYTES,
  RECORD_HEAD_BYTES,
  SEQ_FLAGS,
  leastBytesAt,
  recordBytesAt,
  seqWordAt,
  subjectBytesAt,
  timeNsAt,
} from './record.ts';

/** So much of a subject is looked at: heads may be all over a block, each with a long one. */
const MOST_SUBJECT_LOOK_BYTES = 256;

/** Of a record, what tells whether it may be one. */
export const RECORD_LOOK_BYTES: number = RECORD_HEAD_BYTES + MOST_SUBJECT_LOOK_BYTES;

/** The length of the record that may begin at `at`, 0 where none can that ends within `endBytes`. No checksum is asked. */
export function plausibleRecordBytes(bytes: Buffer, at: number, endBytes: number = bytes.length): number {
  if (Math.min(bytes.length, endBytes) - at < LEAST_RECORD_BYTES) return 0;
  const recordBytes = recordBytesAt(bytes, at);
  if (recordBytes > endBytes - at || recordBytes < leastBytesAt(bytes, at)) return 0;
  if ((seqWordAt(bytes, at) & ~SEQ_FLAGS) > HIGHEST_FIRST_SEQ) return 0;
  const timeNs = timeNsAt(bytes, at);
  if (timeNs !== 0n && !isPlausibleTime(timeNs)) return 0;
  const subjectAt = at + RECORD_HEAD_BYTES;
  const lookedAtBytes = Math.min(subjectBytesAt(bytes, at), MOST_SUBJECT_LOOK_BYTES);
  return isPlausibleSubject(bytes.subarray(subjectAt, subjectAt + lookedAtBytes)) ? recordBytes : 0;
}

/** Whether two plausible records follow each other anywhere: hardly in bytes that are none. */
export function hasRecordPair(bytes: Buffer): boolean {
  for (let at = 0; at + 2 * LEAST_RECORD_BYTES <= bytes.length; at++) {
    const recordBytes = plausibleRecordBytes(bytes, at);
    if (recordBytes > 0 && plausibleRecordBytes(bytes, at + recordBytes) > 0) return true;
  }
  return false;
}
