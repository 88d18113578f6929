// Writes messages as lines of JSON, or their payloads: those of the records that the scan has just told of.
import { writeBase64 } from './base64';
import {
  HEADER_AT,
  HEADER_BYTES,
  PAYLOAD_AT,
  PAYLOAD_BYTES,
  RECORD_SEQS,
  RECORD_TIMES,
  SUBJECT_AT,
  SUBJECT_BYTES,
  recordCount,
} from './scan-columns';
import { MOST_GROWTH, writeJsonText } from './json-text';
import { LINES, LINES_BYTES, LINES_PATTERNS, LINES_START, LIVE, SCAN } from './memory';
import { forgetSecond, writeNumber, writeTime } from './number-text';
import { fitsPattern } from './subject-pattern';

/** Of a line all but its start, subject, header and payload is shorter. */
const FRAME_BYTES: usize = 128;

let to: usize = LINES;
let live: usize = LIVE;
let liveEnd: usize = LIVE;
let afterTime: i64 = 0;
let beforeTime: i64 = 0;
let patterns: u32 = 0;
let startBytes: usize = 0;
let wantsPayloads: bool = false;
export let lineMessages: f64 = 0;

/**
 * Before the lines of a block: `pairs` of live sequences lie at LIVE, subject patterns at LINES_PATTERNS, each behind its length, what
 * a line starts with at LINES_START. Both times are included.
 */
export function linesStart(
  pairs: usize,
  after: i64,
  before: i64,
  subjectPatterns: u32,
  lineStartBytes: usize,
  payloadsOnly: bool,
): void {
  to = LINES;
  live = LIVE;
  liveEnd = LIVE + pairs * 16;
  afterTime = after;
  beforeTime = before;
  patterns = subjectPatterns;
  startBytes = lineStartBytes;
  wantsPayloads = payloadsOnly;
  lineMessages = 0;
  forgetSecond();
}

/** Adds the messages among the records of the scan; false where there is no room for one of them. */
export function linesAdd(): bool {
  const count = <usize>recordCount;
  for (let i: usize = 0; i < count; i++) {
    if (!isLive(load<u64>(RECORD_SEQS + i * 8))) continue;
    const time = load<i64>(RECORD_TIMES + i * 8);
    if (time < afterTime || time > beforeTime) continue;
    const subject = SCAN + load<u32>(SUBJECT_AT + i * 4);
    const subjectBytes = <usize>load<u32>(SUBJECT_BYTES + i * 4);
    if (patterns != 0 && !fitsAny(subject, subjectBytes)) continue;
    const headerBytes = <usize>load<u32>(HEADER_BYTES + i * 4);
    const payloadBytes = <usize>load<u32>(PAYLOAD_BYTES + i * 4);
    if (!hasRoom(subjectBytes, headerBytes + payloadBytes)) return false;
    const payload = SCAN + load<u32>(PAYLOAD_AT + i * 4);
    if (wantsPayloads) {
      memory.copy(to, payload, payloadBytes);
      to += payloadBytes;
    } else {
      addHead(load<u64>(RECORD_SEQS + i * 8), subject, subjectBytes);
      if (headerBytes != 0) addHeader(SCAN + load<u32>(HEADER_AT + i * 4), headerBytes);
      addRest(payload, payloadBytes, time);
    }
    lineMessages++;
  }
  return true;
}

/** Where the lines end. */
export function linesLength(): usize {
  return to - LINES;
}

/** Sequences of messages rise from one call to the next; those of tombstones and erased messages are above all. */
function isLive(seq: u64): bool {
  if (live == liveEnd || seq > load<u64>(liveEnd - 8)) return false;
  while (load<u64>(live, 8) < seq) live += 16;
  return seq >= load<u64>(live);
}

function fitsAny(subject: usize, bytes: usize): bool {
  let at = LINES_PATTERNS;
  for (let i: u32 = 0; i < patterns; i++) {
    const patternBytes = <usize>load<u32>(at);
    if (fitsPattern(at + 4, patternBytes, subject, bytes)) return true;
    at += 4 + patternBytes;
  }
  return false;
}

function hasRoom(subjectBytes: usize, otherBytes: usize): bool {
  const most = startBytes + MOST_GROWTH * subjectBytes + otherBytes + (otherBytes >> 1) + FRAME_BYTES;
  return to + most <= LINES + LINES_BYTES;
}

function addHead(seq: u64, subject: usize, subjectBytes: usize): void {
  for (let at: usize = 0; at < startBytes; at += 16) v128.store(to + at, v128.load(LINES_START + at));
  to += startBytes;
  to = writeJsonText(to, subject, subjectBytes);
  // `","seq":`
  store<u64>(to, 0x3a22716573222c22);
  to = writeNumber(to + 8, seq);
}

function addHeader(header: usize, headerBytes: usize): void {
  // `,"hdrs":"`
  store<u64>(to, 0x3a2273726468222c);
  store<u8>(to, 0x22, 8);
  to = writeBase64(to + 9, header, headerBytes);
  store<u8>(to++, 0x22);
}

function addRest(payload: usize, payloadBytes: usize, time: i64): void {
  // `,"data":"`
  store<u64>(to, 0x3a2261746164222c);
  store<u8>(to, 0x22, 8);
  to = writeBase64(to + 9, payload, payloadBytes);
  // `","time":"`
  store<u64>(to, 0x22656d6974222c22);
  store<u16>(to, 0x223a, 8);
  to = writeTime(to + 10, time);
  // `"}` and the line end.
  store<u16>(to, 0x7d22);
  store<u8>(to, 0x0a, 2);
  to += 3;
}
