// The columns of a block scan: what is out of the ordinary, and where wanted each record. The scan returns when one is full.
import { COLUMNS, SCAN } from './memory';
import { HEAD_BYTES, LENGTH_BITS, SEQ_AT, SUM_BYTES, TIME_AT } from './record-layout';

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
/** FAULT_BYTES each: u64 kind, f64 offset, f64 length, u64 seq, u64 has seq, u64 seq before. */
export const FAULTS: usize = SCHEDULE_SEQS + ENTRIES * 8;
const FAULT_BYTES: usize = 48;
export const RECORD_OFFSETS: usize = FAULTS + ENTRIES * FAULT_BYTES;
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

let entries: u32 = 0;
/** Some column has no room for what one more record could bring. */
export let full: bool = false;
export let runCount: u32 = 0;
export let erasedCount: u32 = 0;
export let tombstoneCount: u32 = 0;
export let ttlCount: u32 = 0;
export let scheduleCount: u32 = 0;
export let faultCount: u32 = 0;
export let recordCount: u32 = 0;

/** `capacity` bounds the columns; tests make it small. */
export function startColumns(capacity: u32): void {
  entries = min(max(capacity, SPARE * 2), ENTRIES);
  scanDrained();
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

function filled(count: u32): void {
  if (count + SPARE > entries) full = true;
}

export function pushRun(from: u64, to: u64): void {
  store<u64>(RUNS + runCount * 16, from);
  store<u64>(RUNS + runCount * 16 + 8, to);
  runCount++;
  filled(runCount);
}

export function pushErased(seq: u64, time: i64): void {
  store<u64>(ERASED_SEQS + erasedCount * 8, seq);
  store<i64>(ERASED_TIMES + erasedCount * 8, time);
  erasedCount++;
  filled(erasedCount);
}

export function pushTombstone(seq: u64, time: i64): void {
  store<u64>(TOMBSTONE_SEQS + tombstoneCount * 8, seq);
  store<i64>(TOMBSTONE_TIMES + tombstoneCount * 8, time);
  tombstoneCount++;
  filled(tombstoneCount);
}

export function pushTtl(seq: u64): void {
  store<u64>(TTL_SEQS + ttlCount * 8, seq);
  ttlCount++;
  filled(ttlCount);
}

export function pushSchedule(seq: u64): void {
  store<u64>(SCHEDULE_SEQS + scheduleCount * 8, seq);
  scheduleCount++;
  filled(scheduleCount);
}

/** `before`: the last sequence in front of it. */
export function pushFault(kind: u64, offset: f64, length: f64, seq: u64, known: bool, before: u64): void {
  const entry = FAULTS + faultCount * FAULT_BYTES;
  store<u64>(entry, kind);
  store<f64>(entry, offset, 8);
  store<f64>(entry, length, 16);
  store<u64>(entry, seq, 24);
  store<u64>(entry, known ? 1 : 0, 32);
  store<u64>(entry, before, 40);
  faultCount++;
  filled(faultCount);
}

/** `offset` is that of the record at `at`, in its block. */
export function pushRecord(at: usize, offset: f64, word: u32, subjectBytes: usize): void {
  const length = <usize>(word & LENGTH_BITS);
  const subject = at + HEAD_BYTES + ((word >> 31) << 2);
  const header = subject + subjectBytes;
  const stop = at + length - SUM_BYTES;
  const headerBytes = word >> 31 ? min(<usize>load<u32>(at, HEAD_BYTES), stop - header) : 0;
  const n = <usize>recordCount;
  store<f64>(RECORD_OFFSETS + n * 8, offset);
  store<u64>(RECORD_SEQS + n * 8, load<u64>(at, SEQ_AT));
  store<u64>(RECORD_TIMES + n * 8, load<u64>(at, TIME_AT));
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
