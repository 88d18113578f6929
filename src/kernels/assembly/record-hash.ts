// The checksum of one record. Its hashed bytes lie apart where it has a header: the subject is moved up to them.
import { hashPackets } from './highway-hash';
import { SCAN_KEY_STATE, SCAN_SHORT } from './memory';
import { HEADER_LENGTH_BYTES, HEAD_BYTES, LENGTH_BITS, SEQ_AT, SUM_BYTES } from './record-layout';

/** Sequence and time are hashed, the lengths around them are not. */
const HASHED_HEAD_BYTES: usize = 16;

/** The hash of the record at `at`, whose length fits. With a header the subject moves up by 4 bytes. */
export function hashRecord(at: usize, word: u32, subjectBytes: usize): u64 {
  let body = at + HEAD_BYTES;
  const total =
    <usize>(word & LENGTH_BITS) - (HEAD_BYTES - HASHED_HEAD_BYTES) - SUM_BYTES - ((word >> 31) << 2);
  if (word >> 31) {
    body = at + HEAD_BYTES + HEADER_LENGTH_BYTES;
    moveUp(body, subjectBytes);
  }
  const low = v128.load(at, SEQ_AT);
  const high = v128.load(body);
  if (total >= 32) return hashPackets(SCAN_KEY_STATE, low, high, body + 16, total);
  v128.store(SCAN_SHORT, low);
  v128.store(SCAN_SHORT, high, 16);
  return hashPackets(SCAN_KEY_STATE, low, high, SCAN_SHORT, total);
}

/** Moves the subject in front of `to` up by 4; the 4 header length bytes are kept in front of it. */
function moveUp(to: usize, bytes: usize): void {
  const headerBytes = load<u32>(to + bytes - HEADER_LENGTH_BYTES);
  if (bytes <= 16) {
    const text = v128.load(to - HEADER_LENGTH_BYTES);
    const behind = v128.load(to);
    // Writes 16 bytes, then puts back those behind the subject.
    if (bytes == 16) v128.store(to, text);
    else moveShort(to, bytes, text, behind);
  } else {
    memory.copy(to, to - HEADER_LENGTH_BYTES, bytes);
  }
  store<u32>(to - HEADER_LENGTH_BYTES, headerBytes);
}

function moveShort(to: usize, bytes: usize, text: v128, behind: v128): void {
  const mask = v128.load(SCAN_SHORT + 64 + (16 - bytes));
  v128.store(to, v128.bitselect(text, behind, mask));
}

export function prepareRecordHash(): void {
  // Loaded at 16 - n, this is n bytes of ones, then zeros.
  memory.fill(SCAN_SHORT + 64, 0xff, 16);
  memory.fill(SCAN_SHORT + 80, 0, 16);
}

export function moveBack(at: usize, subjectBytes: usize): void {
  const headerBytes = load<u32>(at, HEAD_BYTES);
  memory.copy(at + HEAD_BYTES, at + HEAD_BYTES + HEADER_LENGTH_BYTES, subjectBytes);
  store<u32>(at + HEAD_BYTES + subjectBytes, headerBytes);
}
