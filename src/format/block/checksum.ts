import { keyedSum } from '../../codec/highwayhash.ts';
import {
  CHECKSUM_BYTES,
  HEADER_LENGTH_BYTES,
  RECORD_HEAD_BYTES,
  hasHeaderAt,
  subjectBytesAt,
} from './record.ts';

const LENGTH_WORD_BYTES = 4;
const SUBJECT_LENGTH_BYTES = 2;

/** Whether a whole record was keyed with `NAME-N`. Its sum covers all but the three lengths and itself. */
export function checksumFits(record: Buffer, keyString: string): boolean {
  const subjectEnd = RECORD_HEAD_BYTES + subjectBytesAt(record, 0);
  const bodyAt = hasHeaderAt(record, 0) ? subjectEnd + HEADER_LENGTH_BYTES : subjectEnd;
  const end = record.length - CHECKSUM_BYTES;
  if (bodyAt > end) return false;
  const summed = Buffer.concat([
    record.subarray(LENGTH_WORD_BYTES, RECORD_HEAD_BYTES - SUBJECT_LENGTH_BYTES),
    record.subarray(RECORD_HEAD_BYTES, subjectEnd),
    record.subarray(bodyAt, end),
  ]);
  return record.subarray(end).equals(keyedSum(keyString, summed));
}
