// Makes a block of another: keeps the records of live messages, in place, and gives them checksums under another key.
// Each record is sound; what of them is not in the bytes of the new block is counted and listed.
import { hashRecord, moveBack } from './record-hash';
import { hashStart } from './highway-hash';
import { COLUMNS, COLUMNS_END, HASH_KEY, REWRITE, REWRITE_LIVE, SCAN_KEY_STATE } from './memory';
import { LINE_FEED, SCHEDULE_NAME, TTL_NAME } from './record-header';
import {
  HEADER_LENGTH_BYTES,
  HEAD_BYTES,
  LEAST_RECORD_BYTES,
  LENGTH_BITS,
  SEQ_AT,
  SUBJECT_BYTES_AT,
  SUM_BYTES,
  TIME_AT,
} from './record-layout';
import { subjectDigest } from './subject';

// While records are rewritten none are scanned: the columns of the scan are free.
const SLOTS: u32 = 16384;
/** u32 each: 1 + the entry of a subject, 0 where there is none. */
const SLOT_TABLE: usize = COLUMNS;
const MOST_ENTRIES: u32 = SLOTS / 2;
/** Of each subject: u64 digest, u32 messages, u32 offset in the text, u32 bytes, 4 unused. */
const SUBJECTS: usize = SLOT_TABLE + SLOTS * 4;
const ENTRY_BYTES: usize = 24;
/** Offsets of records with a header that times them, u32 each. */
export const REWRITE_TIMED: usize = SUBJECTS + MOST_ENTRIES * ENTRY_BYTES;
const MOST_TIMED: u32 = 16384;
/** Of each subject, u32 each, once they are listed: its length, its messages, the lower half of its digest. */
export const REWRITE_LENGTHS: usize = REWRITE_TIMED + <usize>MOST_TIMED * 4;
export const REWRITE_MESSAGES: usize = REWRITE_LENGTHS + MOST_ENTRIES * 4;
export const REWRITE_HASHES: usize = REWRITE_MESSAGES + MOST_ENTRIES * 4;
export const REWRITE_TEXT: usize = REWRITE_HASHES + MOST_ENTRIES * 4;
const TEXT_END: usize = COLUMNS_END;

/** Above it are the marks of erased messages and tombstones. */
const MAX_SEQUENCE: u64 = ((<u64>1) << 62) - 1;

const DONE: i32 = 0;
/** A column has to be read and `rewriteDrained` called. */
const FULL: i32 = 1;
const UNSOUND: i32 = -1;

let at: usize = 0;
let to: usize = 0;
let end: usize = 0;
let live: usize = 0;
let liveEnd: usize = 0;
let seals: bool = false;
let textAt: usize = 0;
export let rewriteMessages: f64 = 0;
export let rewriteFirstSeq: u64 = 0;
export let rewriteFirstTime: i64 = 0;
export let rewriteLastSeq: u64 = 0;
export let rewriteLastTime: i64 = 0;
export let rewriteSubjectCount: u32 = 0;
export let rewriteTimedCount: u32 = 0;

/** The `bytes` of the block lie at REWRITE, its `pairs` at REWRITE_LIVE and, where `wantsSums`, its new key at HASH_KEY. */
export function rewriteStart(bytes: usize, pairs: usize, wantsSums: bool): void {
  at = REWRITE;
  to = REWRITE;
  end = REWRITE + bytes;
  live = REWRITE_LIVE;
  liveEnd = REWRITE_LIVE + pairs * 16;
  seals = wantsSums;
  if (wantsSums) hashStart(SCAN_KEY_STATE, HASH_KEY);
  rewriteMessages = 0;
  rewriteDrained();
}

export function rewriteDrained(): void {
  memory.fill(SLOT_TABLE, 0, SLOTS * 4);
  rewriteSubjectCount = 0;
  rewriteTimedCount = 0;
  textAt = REWRITE_TEXT;
}

/** Goes on to the end of the block, or until a column is full. */
export function rewrite(): i32 {
  while (at < end) {
    const left = end - at;
    if (left < LEAST_RECORD_BYTES) return UNSOUND;
    const word = load<u32>(at);
    const length = <usize>(word & LENGTH_BITS);
    const subjectBytes = <usize>load<u16>(at, SUBJECT_BYTES_AT);
    const headerWord = (<usize>(word >> 31)) << 2;
    if (length < LEAST_RECORD_BYTES + subjectBytes + headerWord || length > left) return UNSOUND;
    const seq = load<u64>(at, SEQ_AT);
    if (seq <= MAX_SEQUENCE && isLive(seq)) {
      if (!hasRoom(subjectBytes)) return FULL;
      take(seq, length, word, subjectBytes);
    }
    at += length;
  }
  return DONE;
}

/** Sequences of messages rise from one call to the next. */
function isLive(seq: u64): bool {
  while (live < liveEnd && load<u64>(live, 8) < seq) live += 16;
  return live < liveEnd && seq >= load<u64>(live);
}

function hasRoom(subjectBytes: usize): bool {
  return (
    rewriteSubjectCount < MOST_ENTRIES && rewriteTimedCount < MOST_TIMED && textAt + subjectBytes <= TEXT_END
  );
}

function take(seq: u64, length: usize, word: u32, subjectBytes: usize): void {
  if (to != at) memory.copy(to, at, length);
  const time = load<i64>(to, TIME_AT);
  if (rewriteMessages == 0) {
    rewriteFirstSeq = seq;
    rewriteFirstTime = time;
  }
  rewriteMessages++;
  rewriteLastSeq = seq;
  rewriteLastTime = time;
  countSubject(to + HEAD_BYTES, subjectBytes);
  if (word >> 31 && isTimed(to + HEAD_BYTES + subjectBytes, to + length - SUM_BYTES)) {
    store<u32>(REWRITE_TIMED + rewriteTimedCount * 4, <u32>(to - REWRITE));
    rewriteTimedCount++;
  }
  if (seals) {
    const sum = hashRecord(to, word, subjectBytes);
    if (word >> 31) moveBack(to, subjectBytes);
    store<u64>(to + length - SUM_BYTES, sum);
  }
  to += length;
}

function countSubject(subject: usize, bytes: usize): void {
  const digest = subjectDigest(subject, bytes);
  for (let slot = <u32>(digest >> 40) & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
    const known = load<u32>(SLOT_TABLE + slot * 4);
    if (known == 0) {
      addSubject(digest, subject, bytes);
      store<u32>(SLOT_TABLE + slot * 4, rewriteSubjectCount);
      return;
    }
    const entry = SUBJECTS + (known - 1) * ENTRY_BYTES;
    if (load<u64>(entry) != digest || load<u32>(entry, 16) != <u32>bytes) continue;
    if (memory.compare(REWRITE_TEXT + load<u32>(entry, 12), subject, bytes) != 0) continue;
    store<u32>(entry, load<u32>(entry, 8) + 1, 8);
    return;
  }
}

function addSubject(digest: u64, subject: usize, bytes: usize): void {
  const entry = SUBJECTS + rewriteSubjectCount * ENTRY_BYTES;
  store<u64>(entry, digest);
  store<u32>(entry, 1, 8);
  store<u32>(entry, <u32>(textAt - REWRITE_TEXT), 12);
  store<u32>(entry, <u32>bytes, 16);
  // Up to 15 bytes too many: there is room behind the text, and a call costs more.
  for (let done: usize = 0; done < bytes; done += 16) v128.store(textAt + done, v128.load(subject + done));
  // The next one begins at a multiple of four: zeros until there.
  store<u32>(textAt + bytes, 0);
  textAt += (bytes + 3) & ~3;
  rewriteSubjectCount++;
}

/** Lists the subjects in columns; gives how many bytes their texts take. */
export function rewriteListed(): usize {
  for (let i: u32 = 0; i < rewriteSubjectCount; i++) {
    const entry = SUBJECTS + i * ENTRY_BYTES;
    const column = (<usize>i) << 2;
    store<u32>(column, load<u32>(entry, 16), REWRITE_LENGTHS);
    store<u32>(column, load<u32>(entry, 8), REWRITE_MESSAGES);
    store<u32>(column, load<u32>(entry), REWRITE_HASHES);
  }
  return textAt - REWRITE_TEXT;
}

/** Whether a header, its length in front, may have a line `Nats-TTL:` or `Nats-Schedule:`; it ends before `limit`. */
function isTimed(header: usize, limit: usize): bool {
  const stop = min(header + HEADER_LENGTH_BYTES + <usize>load<u32>(header), limit);
  for (let line = header + HEADER_LENGTH_BYTES; line + 10 < stop; line++) {
    if (load<u8>(line) != LINE_FEED) continue;
    const name = load<u64>(line, 1);
    if (name == TTL_NAME || name == SCHEDULE_NAME) return true;
  }
  return false;
}

/** Bytes of the new block, from REWRITE on. */
export function rewrittenBytes(): usize {
  return to - REWRITE;
}
