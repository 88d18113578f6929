// Walks the records of one block, window by window. Good ones only raise totals (scan-records.ts); what is out of the
// ordinary goes into columns, and when one of them is full the scan returns and is called again.
import { hashStart } from './highway-hash';
import { HASH_KEY, SCAN, SCAN_END, SCAN_KEY_STATE, SCAN_WINDOW_BYTES } from './memory';
import { EARLIEST_NS, FURTHEST_JUMP, HIGHEST_FIRST_SEQ, LATEST_NS } from './plausible';
import { hashRecord, moveBack } from './record-hash';
import {
  LEAST_RECORD_BYTES,
  LENGTH_BITS,
  HEAD_BYTES,
  MOST_RECORD_BYTES,
  SEQ_AT,
  SUBJECT_BYTES_AT,
  SUM_BYTES,
  TIME_AT,
} from './record-layout';
import { KIND_CHECKSUM, KIND_LENGTH, KIND_TAIL, full, startColumns } from './scan-columns';
import {
  ERASED,
  FLAGS,
  TOMBSTONE,
  WANT_SALVAGE,
  fault,
  last,
  moveOrigin,
  offsetOf,
  startRecords,
  take,
  wants,
} from './scan-records';

/** With no good record at all, this many candidates are tried. */
const FRUITLESS: u32 = 64;

export const MORE: i32 = 0;
export const FULL: i32 = 1;

// Walking; trying the record that the bad one's length leads to; searching byte by byte; given up.
const WALK: i32 = 0;
const TRY: i32 = 1;
const SEARCH: i32 = 2;
const LOST: i32 = 3;

const NO: i32 = 0;
const YES: i32 = 1;
const UNKNOWN: i32 = 2;

let mode: i32 = WALK;
let start: usize = SCAN;
let end: usize = SCAN;
/** Whether the bytes at hand are lent: they are left as they were. */
let isLent: bool = false;
let budget: f64 = 0;
/** Bytes hashed in vain. */
export let vainBytes: f64 = 0;
let failures: u32 = 0;
let tryAhead: usize = 0;
let faultKind: u64 = 0;
let faultAt: f64 = 0;
let faultSeq: u64 = 0;
let faultSane: bool = false;

/** Starts a block whose key is at HASH_KEY. `capacity` bounds the columns; tests make it small. */
export function scanStart(wanted: u32, capacity: u32): void {
  hashStart(SCAN_KEY_STATE, HASH_KEY);
  startColumns(capacity);
  startRecords(wanted);
  mode = WALK;
  start = SCAN;
  end = SCAN;
  isLent = false;
  budget = 1048576;
  vainBytes = 0;
  failures = 0;
}

/** Where the next bytes go: SCAN_WINDOW_BYTES of room. A large cut record is moved only when room gets short. */
export function scanRoom(): usize {
  const kept = end - start;
  if (kept <= 65536 || SCAN_END - end < SCAN_WINDOW_BYTES + 4096) {
    memory.copy(SCAN, start, kept);
    moveOrigin(<f64>start - <f64>SCAN);
    start = SCAN;
    end = SCAN + kept;
  }
  return end;
}

export function scanPushed(bytes: usize): void {
  end += bytes;
  budget += 8 * <f64>bytes;
}

/** The next bytes lie at `address`, and stay as they are. Nothing may be left of those before. */
export function scanLent(address: usize, bytes: usize): void {
  moveOrigin(<f64>start - <f64>address);
  start = address;
  end = address;
  isLent = true;
  scanPushed(bytes);
}

/** How many of the bytes at hand are not walked yet. */
export function scanLeft(): usize {
  return end - start;
}

/** Forgets those: they come again. */
export function scanForget(): void {
  budget -= 8 * <f64>(end - start);
  end = start;
  isLent = false;
}

/** Goes on until more bytes are needed (MORE) or a column is full (FULL). `final`: there are no more bytes. */
export function scan(final: bool): i32 {
  while (true) {
    if (full) return FULL;
    if (mode == WALK) {
      if (!walk(final)) return full ? FULL : MORE;
    } else if (mode == TRY) {
      const found = isGood(start + tryAhead, final);
      if (found == UNKNOWN) return MORE;
      if (found == YES) resume(start + tryAhead);
      else {
        mode = SEARCH;
        start++;
      }
    } else if (mode == SEARCH) {
      if (!search(final)) return MORE;
    } else {
      start = end;
      if (final) closeFault(end);
      return MORE;
    }
  }
}

/** Offset in the block behind the records that were walked. */
export function scanReached(): f64 {
  return offsetOf(start);
}

function lengthFits(at: usize): bool {
  const word = load<u32>(at);
  const length = <usize>(word & LENGTH_BITS);
  return (
    length >= LEAST_RECORD_BYTES + <usize>load<u16>(at, SUBJECT_BYTES_AT) + <usize>(word >> 31) * 4 &&
    length <= MOST_RECORD_BYTES
  );
}

/** Walks good records. False: nothing more can be done now; true: the mode changed. */
function walk(final: bool): bool {
  const stop = end;
  let at = start;
  while (at < stop) {
    if (full) break;
    const left = stop - at;
    if (left < HEAD_BYTES) {
      if (!final) break;
      start = at;
      bad(KIND_TAIL, false);
      mode = LOST;
      return true;
    }
    const word = load<u32>(at);
    const length = <usize>(word & LENGTH_BITS);
    const subjectBytes = <usize>load<u16>(at, SUBJECT_BYTES_AT);
    if (length < LEAST_RECORD_BYTES + subjectBytes + ((word >> 31) << 2) || length > MOST_RECORD_BYTES) {
      start = at;
      bad(KIND_LENGTH, false);
      start++;
      mode = SEARCH;
      return true;
    }
    if (length > left) {
      if (!final) break;
      start = at;
      bad(KIND_LENGTH, true);
      start++;
      mode = SEARCH;
      return true;
    }
    if (!isAffordable(length) || !isWhole(at, word, length, subjectBytes)) {
      start = at;
      bad(KIND_CHECKSUM, true);
      tryAhead = length;
      if (mode == WALK) mode = TRY;
      return true;
    }
    take(at, word, length, subjectBytes);
    if (isLent && word >> 31) moveBack(at, subjectBytes);
    at += length;
  }
  start = at;
  return false;
}

/** Opens a fault at `start`. */
function bad(kind: u64, sane: bool): void {
  faultKind = kind;
  faultAt = offsetOf(start);
  faultSane = sane;
  faultSeq = sane ? load<u64>(start, SEQ_AT) & ~FLAGS : 0;
}

function closeFault(at: usize): void {
  // A whole header whose record nothing follows is a cut record.
  const kind = faultKind == KIND_LENGTH && faultSane && mode == SEARCH && at == end ? KIND_TAIL : faultKind;
  fault(kind, faultAt, offsetOf(at) - faultAt, faultSeq, faultSane, last);
  mode = WALK;
  start = at;
}

function resume(at: usize): void {
  mode = WALK;
  fault(faultKind, faultAt, offsetOf(at) - faultAt, faultSeq, faultSane, last);
  start = at;
}

/** Counts hashing that came to nothing; hostile lengths must not make the work more than linear. */
function spend(bytes: usize): void {
  budget -= <f64>bytes;
  vainBytes += <f64>bytes;
  failures++;
  if (wants & WANT_SALVAGE) return;
  if (budget < 0 || (last == 0 && failures >= FRUITLESS)) mode = LOST;
}

/** A salvage passes over what it has no budget to hash, and goes on behind it. */
function isAffordable(bytes: usize): bool {
  return !(wants & WANT_SALVAGE) || budget >= <f64>bytes;
}

/** Whether the checksum fits. Where it does, the subject stays moved; where not, the bytes are as they were. */
function isWhole(at: usize, word: u32, length: usize, subjectBytes: usize): bool {
  if (hashRecord(at, word, subjectBytes) == load<u64>(at + length - SUM_BYTES)) return true;
  if (word >> 31) moveBack(at, subjectBytes);
  spend(length);
  return false;
}

/** Sequences above this are taken for damage. */
function highest(): u64 {
  const near = last + FURTHEST_JUMP;
  if (wants & WANT_SALVAGE) return max(near, HIGHEST_FIRST_SEQ + 1);
  return last == 0 ? HIGHEST_FIRST_SEQ : near;
}

/** Whether a good record starts at `at`. */
function isGood(at: usize, final: bool): i32 {
  if (at > end || end - at < LEAST_RECORD_BYTES) return final ? NO : UNKNOWN;
  if (!lengthFits(at)) return NO;
  const word = load<u32>(at);
  const length = <usize>(word & LENGTH_BITS);
  const seqWord = load<u64>(at, SEQ_AT);
  const seq = seqWord & ~FLAGS;
  const time = load<i64>(at, TIME_AT);
  if (time != 0 && (time < EARLIEST_NS || time > LATEST_NS)) return NO;
  if (seqWord & TOMBSTONE) {
    if (length != LEAST_RECORD_BYTES || seqWord & ERASED) return NO;
  } else if (seq == 0 || (seq <= last && !(wants & WANT_SALVAGE))) return NO;
  if (seq > highest()) return NO;
  if (length > end - at) return final ? NO : UNKNOWN;
  if (!isAffordable(length)) return NO;
  const subjectBytes = <usize>load<u16>(at, SUBJECT_BYTES_AT);
  if (!isWhole(at, word, length, subjectBytes)) return NO;
  if (word >> 31) moveBack(at, subjectBytes);
  return YES;
}

/** Looks for the next good record, from `start` on. False: more bytes are needed. */
function search(final: bool): bool {
  let at = start;
  const top = i8x16.splat(<i8>(highest() >> 56) & 0x3f);
  const lengthTop = i8x16.splat(2);
  const low7 = i8x16.splat(0x7f);
  const low6 = i8x16.splat(0x3f);
  while (end - at >= LEAST_RECORD_BYTES) {
    // Sixteen offsets at once: the upper bytes of length and sequence must be small.
    const hits = i8x16.bitmask(
      v128.and(
        i8x16.le_u(v128.and(v128.load(at, 3), low7), lengthTop),
        i8x16.le_u(v128.and(v128.load(at, 11), low6), top),
      ),
    );
    if (hits == 0) {
      at += 16;
      if (end < at || end - at < LEAST_RECORD_BYTES) at = max(start, min(at, end - LEAST_RECORD_BYTES + 1));
      continue;
    }
    at += ctz(hits);
    if (end < at || end - at < LEAST_RECORD_BYTES) {
      at = end - LEAST_RECORD_BYTES + 1;
      break;
    }
    const found = isGood(at, final);
    if (mode == LOST) return true;
    if (found == UNKNOWN) {
      start = at;
      return false;
    }
    if (found == YES) {
      resume(at);
      return true;
    }
    at++;
  }
  start = at;
  if (!final) return false;
  closeFault(end);
  return true;
}
