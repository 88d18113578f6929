// What a good record adds to a block scan: totals, runs of sequences, tombstones, and what is wrong in it or with its place.
import { countLive, forgetLive, wantsLive } from './live-totals';
import { SCAN } from './memory';
import { findHeaders, headerFault, SOUND } from './record-header';
import {
  HEADER_LENGTH_BYTES,
  HEAD_BYTES,
  LEAST_RECORD_BYTES,
  LENGTH_BITS,
  SEQ_AT,
  SUBJECT_BYTES_AT,
  TIME_AT,
} from './record-layout';
import {
  KIND_NEXT,
  KIND_ORDER,
  KIND_SUBJECT,
  pushErased,
  pushFault,
  pushRecord,
  pushRun,
  pushTombstone,
} from './scan-columns';
import { subjectDigest, subjectIsSound } from './subject';

export const ERASED: u64 = (<u64>1) << 63;
export const TOMBSTONE: u64 = (<u64>1) << 62;
export const FLAGS: u64 = ERASED | TOMBSTONE;
const NONE: u64 = u64.MAX_VALUE;

export const WANT_TTL: u32 = 1;
export const WANT_SCHEDULES: u32 = 2;
export const WANT_RECORDS: u32 = 4;
/** Take good records in any order, and never give up before the end. */
export const WANT_SALVAGE: u32 = 8;

export let wants: u32 = 0;
/** Offset in the block of the byte at SCAN. */
let origin: f64 = 0;
let owesNext: bool = false;
/** The sequence word that continues the run with nothing special about it. */
let expected: u64 = NONE;
let runFrom: u64 = 0;
let runTo: u64 = 0;
/** The highest sequence of a message, erased or not, so far. */
export let last: u64 = 0;
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

/** Starts a block; `wanted`: bits of WANT_. */
export function startRecords(wanted: u32): void {
  wants = wanted;
  origin = 0;
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

/** The bytes at SCAN are others, so many further on in the block. */
export function moveOrigin(bytes: f64): void {
  origin += bytes;
}

/** The highest sequence among the records that were walked. */
export function scanReachedSeq(): u64 {
  return last;
}

/** Ends the last run. Called once, behind the last `scan`. */
export function scanFinish(): void {
  if (runTo != 0) pushRun(runFrom, runTo);
  lastSeq = runTo;
}

/** Offset in the block of what lies at `at`. */
export function offsetOf(at: usize): f64 {
  return origin + <f64>at - <f64>SCAN;
}

/** Counts a record whose checksum fits. */
export function take(at: usize, word: u32, length: usize, subjectBytes: usize): void {
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
export function fault(kind: u64, offset: f64, length: f64, seq: u64, known: bool, before: u64): void {
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
