// Walks the records of one block, window by window. Good records only raise totals; whatever is out of the
// ordinary goes into columns, and when one of them is full the scan returns and is called again.
import { hashStart } from './highway-hash';
import { countLive, forgetLive, wantsLive } from './live-totals';
import { HASH_KEY, SCAN, SCAN_END, SCAN_KEY_STATE, SCAN_WINDOW_BYTES } from './memory';
import { hashRecord, moveBack } from './record-hash';
import { findHeaders, headerFault, SOUND } from './record-header';
import {
  HEADER_LENGTH_BYTES,
  HEAD_BYTES,
  LEAST_RECORD_BYTES,
  LENGTH_BITS,
  MOST_RECORD_BYTES,
  SEQ_AT,
  SUBJECT_BYTES_AT,
  SUM_BYTES,
  TIME_AT,
} from './record-layout';
import {
  KIND_CHECKSUM,
  KIND_LENGTH,
  KIND_NEXT,
  KIND_ORDER,
  KIND_SUBJECT,
  KIND_TAIL,
  full,
  pushErased,
  pushFault,
  pushRecord,
  pushRun,
  pushTombstone,
  startColumns,
} from './scan-columns';
import { subjectDigest, subjectIsSound } from './subject';

const ERASED: u64 = (<u64>1) << 63;
const TOMBSTONE: u64 = (<u64>1) << 62;
const FLAGS: u64 = ERASED | TOMBSTONE;
const FURTHEST_JUMP: u64 = (<u64>1) << 40;
const NONE: u64 = u64.MAX_VALUE;
/** With no good record at all, this many candidates are tried. */
const FRUITLESS: u32 = 64;

export const WANT_TTL: u32 = 1;
export const WANT_SCHEDULES: u32 = 2;
export const WANT_RECORDS: u32 = 4;
/** Take good records in any order, and never give up before the end. */
export const WANT_SALVAGE: u32 = 8;

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

let wants: u32 = 0;
let mode: i32 = WALK;
let start: usize = SCAN;
let end: usize = SCAN;
/** Offset in the block of the byte at SCAN. */
let origin: f64 = 0;
let budget: f64 = 0;
/** Bytes hashed in vain. */
export let vainBytes: f64 = 0;
let failures: u32 = 0;
let tryAhead: usize = 0;
let faultKind: u64 = 0;
let faultAt: f64 = 0;
let faultSeq: u64 = 0;
let faultSane: bool = false;
let owesNext: bool = false;
/** The sequence word that continues the run with nothing special about it. */
let expected: u64 = NONE;
let runFrom: u64 = 0;
let runTo: u64 = 0;
let last: u64 = 0;
/** What `last` was before the message at hand. */
let prior: u64 = 0;

export let records: f64 = 0;
export let messages: f64 = 0;
export let messageBytes: f64 = 0;
export let firstSeq: u64 = 0;
export let lastSeq: u64 = 0;
export let firstTime: i64 = 0;
export let lastTime: i64 = 0;
export let digest: u64 = 0;

/** Starts a block whose key is at HASH_KEY. `capacity` bounds the columns; tests make it small. */
export function scanStart(wanted: u32, capacity: u32): void {
  hashStart(SCAN_KEY_STATE, HASH_KEY);
  wants = wanted;
  startColumns(capacity);
  mode = WALK;
  start = SCAN;
  end = SCAN;
  origin = 0;
  budget = 1048576;
  vainBytes = 0;
  failures = 0;
  owesNext = false;
  expected = NONE;
  runFrom = 0;
  runTo = 0;
  last = 0;
  records = 0;
  messages = 0;
  messageBytes = 0;
  firstSeq = 0;
  lastSeq = 0;
  firstTime = 0;
  lastTime = 0;
  digest = 0;
  forgetLive();
}

/** Where the next bytes go: SCAN_WINDOW_BYTES of room. A large cut record is moved only when room gets short. */
export function scanRoom(): usize {
  const kept = end - start;
  if (kept <= 65536 || SCAN_END - end < SCAN_WINDOW_BYTES + 4096) {
    memory.copy(SCAN, start, kept);
    origin += <f64>(start - SCAN);
    start = SCAN;
    end = SCAN + kept;
  }
  return end;
}

export function scanPushed(bytes: usize): void {
  end += bytes;
  budget += 8 * <f64>bytes;
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

/** Offset in the block behind the records that were walked, and the highest sequence among them. */
export function scanReached(): f64 {
  return offsetOf(start);
}

export function scanReachedSeq(): u64 {
  return last;
}

/** Ends the last run. Called once, behind the last `scan`. */
export function scanFinish(): void {
  if (runTo != 0) pushRun(runFrom, runTo);
  lastSeq = runTo;
}

function offsetOf(at: usize): f64 {
  return origin + <f64>(at - SCAN);
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
    records++;
    const seq = load<u64>(at, SEQ_AT);
    if (seq == expected) {
      expected = seq + 1;
      runTo = seq;
      prior = last;
      last = seq;
      message(at, word, subjectBytes);
    } else if (admit(at, seq, length)) {
      message(at, word, subjectBytes);
    }
    at += length;
  }
  start = at;
  return false;
}

/** Takes the record whose sequence word is not simply the next. True where it is a message to count. */
function admit(at: usize, word: u64, length: usize): bool {
  const time = load<i64>(at, TIME_AT);
  if (word & TOMBSTONE) {
    pushTombstone(word & ~TOMBSTONE, time);
    if (wants & WANT_RECORDS)
      pushRecord(at, offsetOf(at), load<u32>(at), <usize>load<u16>(at, SUBJECT_BYTES_AT));
    return false;
  }
  if (word == 0) return false;
  const seq = word & ~ERASED;
  if (seq <= last) {
    fault(KIND_ORDER, offsetOf(at), <f64>length, seq, true, last);
    return false;
  }
  if (owesNext) {
    owesNext = false;
    pushFault(KIND_NEXT, 0, 0, seq, true, last);
  }
  prior = last;
  last = seq;
  if (word & ERASED) {
    expected = NONE;
    pushErased(seq, time);
    if (wants & WANT_RECORDS)
      pushRecord(at, offsetOf(at), load<u32>(at), <usize>load<u16>(at, SUBJECT_BYTES_AT));
    return false;
  }
  if (runTo == 0) {
    firstSeq = seq;
    firstTime = time;
    runFrom = seq;
  } else if (seq != runTo + 1) {
    pushRun(runFrom, runTo);
    runFrom = seq;
  }
  runTo = seq;
  expected = seq + 1;
  return true;
}

function message(at: usize, word: u32, subjectBytes: usize): void {
  const length = <usize>(word & LENGTH_BITS);
  const subject = at + HEAD_BYTES + ((word >> 31) << 2);
  messages++;
  messageBytes += <f64>length;
  lastTime = load<i64>(at, TIME_AT);
  const subjectMix = subjectDigest(subject, subjectBytes);
  digest += subjectMix;
  if (wantsLive) countLive(load<u64>(at, SEQ_AT), lastTime, length, subjectMix);
  if (!subjectIsSound(subject, subjectBytes)) structure(KIND_SUBJECT, at);
  if (word >> 31)
    checkHeader(at, subject + subjectBytes, length - LEAST_RECORD_BYTES - HEADER_LENGTH_BYTES - subjectBytes);
  if (wants & WANT_RECORDS) pushRecord(at, offsetOf(at), word, subjectBytes);
}

/** Tells of something wrong, and later of the next good record. */
function fault(kind: u64, offset: f64, length: f64, seq: u64, known: bool, before: u64): void {
  pushFault(kind, offset, length, seq, known, before);
  owesNext = true;
  expected = NONE;
}

function structure(kind: u64, at: usize): void {
  fault(kind, offsetOf(at), 0, load<u64>(at, SEQ_AT), true, prior);
}

function checkHeader(at: usize, header: usize, room: usize): void {
  const bytes = <usize>load<u32>(at, HEAD_BYTES);
  const kind = headerFault(header, bytes, room);
  if (kind != SOUND) structure(kind, at);
  else if (wants & (WANT_TTL | WANT_SCHEDULES))
    findHeaders(load<u64>(at, SEQ_AT), header, bytes, (wants & WANT_TTL) != 0, (wants & WANT_SCHEDULES) != 0);
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
  if (wants & WANT_SALVAGE) return max(near, (<u64>1) << 56);
  return last == 0 ? ((<u64>1) << 56) - 1 : near;
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
  // Between 1999 and 2116, or none.
  if (time != 0 && (time < 0x0d00000000000000 || time > 0x4000000000000000)) return NO;
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
