// Makes records of a block of the messages of a V2 archive (v2-walk.ts has the grammar); `rewrite` seals them.
import { REWRITE, REWRITE_BYTES, SCAN } from './memory';
import {
  HEADER_LENGTH_BYTES,
  HEAD_BYTES,
  LEAST_RECORD_BYTES,
  SEQ_AT,
  SUBJECT_BYTES_AT,
  SUM_BYTES,
  TIME_AT,
} from './record-layout';
import { at, end, readFrom, readVarint, skip, value } from './varint';

const MOST_SUBJECT_BYTES: usize = 0xffff;

/** Reads a length that cannot pass the end. */
function readLength(): bool {
  return readVarint() && value <= <u64>(end - at);
}

/**
 * Makes records, their checksums still empty, at REWRITE of the `bytes` bytes at SCAN. Gives how many bytes they have; -1 where
 * something else is among them, or they do not find room.
 */
export function v2Records(bytes: usize): i32 {
  let to = REWRITE;
  readFrom(SCAN, bytes);
  while (at < end) {
    if (!readLength()) return -1;
    const nameBytes = <usize>value;
    if (nameBytes > MOST_SUBJECT_BYTES || !readVarint()) return -1;
    const time = <i64>(value >> 1) ^ -(<i64>(value & 1));
    if (!readVarint()) return -1;
    const seq = value;
    if (!readLength()) return -1;
    const headerBytes = <usize>value;
    if (!readLength()) return -1;
    const payloadBytes = <usize>value;
    const contentBytes = nameBytes + headerBytes + payloadBytes;
    if (contentBytes > end - at) return -1;
    const headerWord: usize = headerBytes > 0 ? HEADER_LENGTH_BYTES : 0;
    const length = LEAST_RECORD_BYTES + contentBytes + headerWord;
    if (to + length > REWRITE + REWRITE_BYTES) return -1;
    store<u32>(to, <u32>length | (headerBytes > 0 ? 0x80000000 : 0));
    store<u64>(to, seq, SEQ_AT);
    store<i64>(to, time, TIME_AT);
    store<u16>(to, <u16>nameBytes, SUBJECT_BYTES_AT);
    memory.copy(to + HEAD_BYTES, at, nameBytes);
    if (headerBytes > 0) store<u32>(to + HEAD_BYTES + nameBytes, <u32>headerBytes);
    memory.copy(to + HEAD_BYTES + nameBytes + headerWord, at + nameBytes, headerBytes + payloadBytes);
    store<u64>(to + length - SUM_BYTES, 0);
    to += length;
    skip(contentBytes);
  }
  return <i32>(to - REWRITE);
}
