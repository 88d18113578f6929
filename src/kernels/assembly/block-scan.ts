// Walks the records of one block, window by window. Good records only raise totals; whatever is out of the
// ordinary goes into columns, and when one of them is full the scan returns and is called again.
import { hashPackets, hashStart } from './highway-hash';
import {
  COLUMNS,
  HASH_KEY,
  LIVE,
  SCAN,
  SCAN_END,
  SCAN_KEY_STATE,
  SCAN_SHORT,
  SCAN_WINDOW_BYTES,
} from './memory';
import { subjectDigest, subjectIsSound } from './subject';

const ERASED: u64 = (<u64>1) << 63;
const TOMBSTONE: u64 = (<u64>1) << 62;
const FLAGS: u64 = ERASED | TOMBSTONE;
const MAX_RECORD: usize = 32 * 1024 * 1024;
const FURTHEST_JUMP: u64 = (<u64>1) << 40;
const NONE: u64 = u64.MAX_VALUE;
/** With no good record at all, this many candidates are tried. */
const FRUITLESS: u32 = 64;

export const ENTRIES: u32 = 8192;
export const RECORDS: u32 = 16384;
const SPARE: u32 = 4;

// Columns, 8 bytes an entry unless said.
export const RUNS: usize = COLUMNS;
export const ERASED_SEQS: usize = RUNS + ENTRIES * 16;
export const ERASED_TIMES: usize = ERASED_SEQS + ENTRIES * 8;
export const TOMBSTONE_SEQS: usize = ERASED_TIMES + ENTRIES * 8;
export const TOMBSTONE_TIMES: usize = TOMBSTONE_SEQS + ENTRIES * 8;
export const TTL_SEQS: usize = TOMBSTONE_TIMES + ENTRIES * 8;
export const SCHEDULE_SEQS: usize = TTL_SEQS + ENTRIES * 8;
/** 48 bytes each: u64 kind, f64 offset, f64 length, u64 seq, u64 has seq, u64 seq before. */
export const FAULTS: usize = SCHEDULE_SEQS + ENTRIES * 8;
export const RECORD_OFFSETS: usize = FAULTS + ENTRIES * 48;
export const RECORD_SEQS: usize = RECORD_OFFSETS + RECORDS * 8;
export const RECORD_TIMES: usize = RECORD_SEQS + RECORDS * 8;
export const RECORD_BYTES: usize = RECORD_TIMES + RECORDS * 8;
export const SUBJECT_AT: usize = RECORD_BYTES + RECORDS * 4;
export const SUBJECT_BYTES: usize = SUBJECT_AT + RECORDS * 4;
export const HEADER_AT: usize = SUBJECT_BYTES + RECORDS * 4;
export const HEADER_BYTES: usize = HEADER_AT + RECORDS * 4;
export const PAYLOAD_AT: usize = HEADER_BYTES + RECORDS * 4;
export const PAYLOAD_BYTES: usize = PAYLOAD_AT + RECORDS * 4;

export const KIND_NEXT: u64 = 0;
export const KIND_CHECKSUM: u64 = 1;
export const KIND_LENGTH: u64 = 2;
export const KIND_TAIL: u64 = 3;
export const KIND_ORDER: u64 = 4;
export const KIND_SUBJECT: u64 = 5;
export const KIND_HEADER_LENGTH: u64 = 6;
export const KIND_HEADER_PREFIX: u64 = 7;
export const KIND_HEADER_END: u64 = 8;

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
let entries: u32 = 0;
let mode: i32 = WALK;
let start: usize = SCAN;
let end: usize = SCAN;
/** Offset in the block of the byte at SCAN. */
let origin: f64 = 0;
let full: bool = false;
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
/** The totals again, of the messages with sequences that scanLive was given. */
export let liveMessages: f64 = 0;
export let liveBytes: f64 = 0;
export let liveFirstSeq: u64 = 0;
export let liveLastSeq: u64 = 0;
export let liveFirstTime: i64 = 0;
export let liveLastTime: i64 = 0;
export let liveDigest: u64 = 0;
/** The pair at hand, and where the next ones are. */
let liveFrom: u64 = 0;
let liveTo: u64 = 0;
let liveNext: usize = LIVE;
let liveEnd: usize = LIVE;
let wantsLive: bool = false;
export let runCount: u32 = 0;
export let erasedCount: u32 = 0;
export let tombstoneCount: u32 = 0;
export let ttlCount: u32 = 0;
export let scheduleCount: u32 = 0;
export let faultCount: u32 = 0;
export let recordCount: u32 = 0;

/** Starts a block whose key is at HASH_KEY. `capacity` bounds the columns; tests make it small. */
export function scanStart(wanted: u32, capacity: u32): void {
  hashStart(SCAN_KEY_STATE, HASH_KEY);
  wants = wanted;
  entries = min(max(capacity, SPARE * 2), ENTRIES);
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
  wantsLive = false;
  scanDrained();
}

/** Behind scanStart: the pairs at LIVE, ascending, tell which messages are added up as live. */
export function scanLive(pairs: u32): void {
  wantsLive = true;
  liveMessages = 0;
  liveBytes = 0;
  liveFirstSeq = 0;
  liveLastSeq = 0;
  liveFirstTime = 0;
  liveLastTime = 0;
  liveDigest = 0;
  liveFrom = 0;
  liveTo = 0;
  liveNext = LIVE;
  liveEnd = LIVE + <usize>pairs * 16;
}

/** The columns have been read and may be filled anew. */
export function scanDrained(): void {
  runCount = 0;
  erasedCount = 0;
  tombstoneCount = 0;
  ttlCount = 0;
  scheduleCount = 0;
  faultCount = 0;
  recordCount = 0;
  full = false;
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
  if (runTo != 0) pushRun();
  lastSeq = runTo;
}

function pushRun(): void {
  store<u64>(RUNS + runCount * 16, runFrom);
  store<u64>(RUNS + runCount * 16 + 8, runTo);
  runCount++;
  filled(runCount);
}

function filled(count: u32): void {
  if (count + SPARE > entries) full = true;
}

function offsetOf(at: usize): f64 {
  return origin + <f64>(at - SCAN);
}

function pushFault(kind: u64, offset: f64, length: f64, seq: u64, known: bool): void {
  const entry = FAULTS + faultCount * 48;
  store<u64>(entry, kind);
  store<f64>(entry, offset, 8);
  store<f64>(entry, length, 16);
  store<u64>(entry, seq, 24);
  store<u64>(entry, known ? 1 : 0, 32);
  store<u64>(entry, last, 40);
  faultCount++;
  filled(faultCount);
  if (kind == KIND_NEXT) return;
  owesNext = true;
  expected = NONE;
}

function lengthFits(at: usize): bool {
  const word = load<u32>(at);
  const length = <usize>(word & 0x7fffffff);
  return length >= 30 + <usize>load<u16>(at, 20) + <usize>(word >> 31) * 4 && length <= MAX_RECORD;
}

/** The hash of the record at `at`, whose length fits. With a header the subject moves up by 4 bytes. */
export function hashRecord(at: usize, word: u32, subjectBytes: usize): u64 {
  let body = at + 22;
  const total = <usize>(word & 0x7fffffff) - 14 - ((word >> 31) << 2);
  if (word >> 31) {
    body = at + 26;
    moveUp(body, subjectBytes);
  }
  const low = v128.load(at, 4);
  const high = v128.load(body);
  if (total >= 32) return hashPackets(SCAN_KEY_STATE, low, high, body + 16, total);
  v128.store(SCAN_SHORT, low);
  v128.store(SCAN_SHORT, high, 16);
  return hashPackets(SCAN_KEY_STATE, low, high, SCAN_SHORT, total);
}

/** Moves the subject in front of `to` up by 4; the 4 header length bytes are kept in front of it. */
function moveUp(to: usize, bytes: usize): void {
  const headerBytes = load<u32>(to + bytes - 4);
  if (bytes <= 16) {
    const text = v128.load(to - 4);
    const behind = v128.load(to);
    // Writes 16 bytes, then puts back those behind the subject.
    if (bytes == 16) v128.store(to, text);
    else moveShort(to, bytes, text, behind);
  } else {
    memory.copy(to, to - 4, bytes);
  }
  store<u32>(to - 4, headerBytes);
}

function moveShort(to: usize, bytes: usize, text: v128, behind: v128): void {
  const mask = v128.load(SCAN_SHORT + 64 + (16 - bytes));
  v128.store(to, v128.bitselect(text, behind, mask));
}

export function prepareScan(): void {
  // Loaded at 16 - n, this is n bytes of ones, then zeros.
  memory.fill(SCAN_SHORT + 64, 0xff, 16);
  memory.fill(SCAN_SHORT + 80, 0, 16);
}

export function moveBack(at: usize, subjectBytes: usize): void {
  const headerBytes = load<u32>(at, 22);
  memory.copy(at + 22, at + 26, subjectBytes);
  store<u32>(at + 22 + subjectBytes, headerBytes);
}

/** Gives each of the records that lie at SCAN, whole and sound, its checksum under the key at HASH_KEY. */
export function sealRecords(bytes: usize): void {
  hashStart(SCAN_KEY_STATE, HASH_KEY);
  const stop = SCAN + bytes;
  for (let at = SCAN; at < stop;) {
    const word = load<u32>(at);
    const length = <usize>(word & 0x7fffffff);
    const subjectBytes = <usize>load<u16>(at, 20);
    const sum = hashRecord(at, word, subjectBytes);
    if (word >> 31) moveBack(at, subjectBytes);
    store<u64>(at + length - 8, sum);
    at += length;
  }
}

/** Walks good records. False: nothing more can be done now; true: the mode changed. */
function walk(final: bool): bool {
  const stop = end;
  let at = start;
  while (at < stop) {
    if (full) break;
    const left = stop - at;
    if (left < 22) {
      if (!final) break;
      start = at;
      bad(KIND_TAIL, false);
      mode = LOST;
      return true;
    }
    const word = load<u32>(at);
    const length = <usize>(word & 0x7fffffff);
    const subjectBytes = <usize>load<u16>(at, 20);
    if (length < 30 + subjectBytes + ((word >> 31) << 2) || length > MAX_RECORD) {
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
    const seq = load<u64>(at, 4);
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
  const time = load<i64>(at, 12);
  if (word & TOMBSTONE) {
    store<u64>(TOMBSTONE_SEQS + tombstoneCount * 8, word & ~TOMBSTONE);
    store<i64>(TOMBSTONE_TIMES + tombstoneCount * 8, time);
    tombstoneCount++;
    filled(tombstoneCount);
    if (wants & WANT_RECORDS) pushRecord(at, load<u32>(at), <usize>load<u16>(at, 20));
    return false;
  }
  if (word == 0) return false;
  const seq = word & ~ERASED;
  if (seq <= last) {
    pushFault(KIND_ORDER, offsetOf(at), <f64>length, seq, true);
    return false;
  }
  if (owesNext) {
    owesNext = false;
    pushFault(KIND_NEXT, 0, 0, seq, true);
  }
  prior = last;
  last = seq;
  if (word & ERASED) {
    expected = NONE;
    store<u64>(ERASED_SEQS + erasedCount * 8, seq);
    store<i64>(ERASED_TIMES + erasedCount * 8, time);
    erasedCount++;
    filled(erasedCount);
    if (wants & WANT_RECORDS) pushRecord(at, load<u32>(at), <usize>load<u16>(at, 20));
    return false;
  }
  if (runTo == 0) {
    firstSeq = seq;
    firstTime = time;
    runFrom = seq;
  } else if (seq != runTo + 1) {
    pushRun();
    runFrom = seq;
  }
  runTo = seq;
  expected = seq + 1;
  return true;
}

function message(at: usize, word: u32, subjectBytes: usize): void {
  const length = <usize>(word & 0x7fffffff);
  const subject = at + 22 + ((word >> 31) << 2);
  messages++;
  messageBytes += <f64>length;
  lastTime = load<i64>(at, 12);
  const subjectMix = subjectDigest(subject, subjectBytes);
  digest += subjectMix;
  if (wantsLive) countLive(load<u64>(at, 4), length, subjectMix);
  if (!subjectIsSound(subject, subjectBytes)) structure(KIND_SUBJECT, at);
  if (word >> 31) checkHeader(at, subject + subjectBytes, length - 34 - subjectBytes);
  if (wants & WANT_RECORDS) pushRecord(at, word, subjectBytes);
}

/** Sequences rise from one call to the next. */
function countLive(seq: u64, length: usize, subjectMix: u64): void {
  while (seq > liveTo) {
    if (liveNext == liveEnd) return;
    liveFrom = load<u64>(liveNext);
    liveTo = load<u64>(liveNext, 8);
    liveNext += 16;
  }
  if (seq < liveFrom) return;
  if (liveMessages == 0) {
    liveFirstSeq = seq;
    liveFirstTime = lastTime;
  }
  liveMessages++;
  liveBytes += <f64>length;
  liveLastSeq = seq;
  liveLastTime = lastTime;
  liveDigest += subjectMix;
}

function structure(kind: u64, at: usize): void {
  pushFault(kind, offsetOf(at), 0, load<u64>(at, 4), true);
  store<u64>(FAULTS + (faultCount - 1) * 48, prior, 40);
}

function checkHeader(at: usize, header: usize, room: usize): void {
  const bytes = <usize>load<u32>(at, 22);
  if (bytes > room) structure(KIND_HEADER_LENGTH, at);
  else if (bytes < 12 || load<u64>(header) != 0x302e312f5354414e) structure(KIND_HEADER_PREFIX, at);
  else if (load<u32>(header + bytes - 4) != 0x0a0d0a0d) structure(KIND_HEADER_END, at);
  else if (wants & (WANT_TTL | WANT_SCHEDULES)) findHeaders(load<u64>(at, 4), header, bytes);
}

function findHeaders(seq: u64, header: usize, bytes: usize): void {
  const stop = header + bytes;
  let ttl = false;
  let schedule = false;
  for (let line = header; line + 10 < stop; line++) {
    if (load<u8>(line) != 0x0a) continue;
    const name = load<u64>(line, 1);
    if (name == 0x4c54542d7374614e) ttl = ttl || load<u8>(line, 9) == 0x3a;
    else if (name == 0x6863532d7374614e && line + 15 < stop)
      schedule = schedule || (load<u32>(line, 9) == 0x6c756465 && load<u16>(line, 13) == 0x3a65);
  }
  if (ttl && wants & WANT_TTL) {
    store<u64>(TTL_SEQS + ttlCount * 8, seq);
    ttlCount++;
    filled(ttlCount);
  }
  if (schedule && wants & WANT_SCHEDULES) {
    store<u64>(SCHEDULE_SEQS + scheduleCount * 8, seq);
    scheduleCount++;
    filled(scheduleCount);
  }
}

function pushRecord(at: usize, word: u32, subjectBytes: usize): void {
  const length = <usize>(word & 0x7fffffff);
  const subject = at + 22 + ((word >> 31) << 2);
  const header = subject + subjectBytes;
  const stop = at + length - 8;
  const headerBytes = word >> 31 ? min(<usize>load<u32>(at, 22), stop - header) : 0;
  const n = <usize>recordCount;
  store<f64>(RECORD_OFFSETS + n * 8, offsetOf(at));
  store<u64>(RECORD_SEQS + n * 8, load<u64>(at, 4));
  store<u64>(RECORD_TIMES + n * 8, load<u64>(at, 12));
  store<u32>(RECORD_BYTES + n * 4, <u32>length);
  store<u32>(SUBJECT_AT + n * 4, <u32>(subject - SCAN));
  store<u32>(SUBJECT_BYTES + n * 4, <u32>subjectBytes);
  store<u32>(HEADER_AT + n * 4, <u32>(header - SCAN));
  store<u32>(HEADER_BYTES + n * 4, <u32>headerBytes);
  store<u32>(PAYLOAD_AT + n * 4, <u32>(header + headerBytes - SCAN));
  store<u32>(PAYLOAD_BYTES + n * 4, <u32>(stop - header - headerBytes));
  recordCount++;
  if (recordCount + SPARE > RECORDS) full = true;
  filled(recordCount >> 1);
}

/** Opens a fault at `start`. */
function bad(kind: u64, sane: bool): void {
  faultKind = kind;
  faultAt = offsetOf(start);
  faultSane = sane;
  faultSeq = sane ? load<u64>(start, 4) & ~FLAGS : 0;
}

function closeFault(at: usize): void {
  // A whole header whose record nothing follows is a cut record.
  const kind = faultKind == KIND_LENGTH && faultSane && mode == SEARCH && at == end ? KIND_TAIL : faultKind;
  pushFault(kind, faultAt, offsetOf(at) - faultAt, faultSeq, faultSane);
  mode = WALK;
  start = at;
}

function resume(at: usize): void {
  mode = WALK;
  pushFault(faultKind, faultAt, offsetOf(at) - faultAt, faultSeq, faultSane);
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
  if (hashRecord(at, word, subjectBytes) == load<u64>(at + length - 8)) return true;
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
  if (at > end || end - at < 30) return final ? NO : UNKNOWN;
  if (!lengthFits(at)) return NO;
  const word = load<u32>(at);
  const length = <usize>(word & 0x7fffffff);
  const seqWord = load<u64>(at, 4);
  const seq = seqWord & ~FLAGS;
  const time = load<i64>(at, 12);
  // Between 1999 and 2116, or none.
  if (time != 0 && (time < 0x0d00000000000000 || time > 0x4000000000000000)) return NO;
  if (seqWord & TOMBSTONE) {
    if (length != 30 || seqWord & ERASED) return NO;
  } else if (seq == 0 || (seq <= last && !(wants & WANT_SALVAGE))) return NO;
  if (seq > highest()) return NO;
  if (length > end - at) return final ? NO : UNKNOWN;
  if (!isAffordable(length)) return NO;
  const subjectBytes = <usize>load<u16>(at, 20);
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
  while (end - at >= 30) {
    // Sixteen offsets at once: the upper bytes of length and sequence must be small.
    const hits = i8x16.bitmask(
      v128.and(
        i8x16.le_u(v128.and(v128.load(at, 3), low7), lengthTop),
        i8x16.le_u(v128.and(v128.load(at, 11), low6), top),
      ),
    );
    if (hits == 0) {
      at += 16;
      if (end < at || end - at < 30) at = max(start, min(at, end - 29));
      continue;
    }
    at += ctz(hits);
    if (end < at || end - at < 30) {
      at = end - 29;
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
