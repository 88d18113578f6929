// The exports of the module: functions over addresses, and where the regions lie.
import { prepareCrcTables } from './crc32c';
import { prepareHashTables } from './highway-hash';
import { prepareRecordHash } from './record-hash';
import { prepareS2Tags } from './s2-tags';

export {
  scan,
  scanForget,
  scanLeft,
  scanLent,
  scanPushed,
  scanReached,
  scanRoom,
  scanStart,
  vainBytes,
} from './block-scan';
export { crcUpdate } from './crc32c';
export { hashBegin, hashFinish, hashUpdate } from './highway-hash';
export {
  ENCODE_INPUT,
  ENCODE_INPUT_BYTES,
  ENCODE_OUTPUT,
  HASH_KEY,
  LINES,
  LINES_BYTES,
  LINES_PATTERNS,
  LINES_PATTERNS_BYTES,
  LINES_START,
  LINES_START_BYTES,
  LIVE,
  LIVE_PAIRS,
  REWRITE,
  REWRITE_BYTES,
  REWRITE_LIVE,
  REWRITE_MARGIN_BYTES,
  S2_INPUT,
  S2_INPUT_2,
  S2_INPUT_BYTES,
  S2_OUTPUT,
  S2_OUTPUT_2,
  SCAN,
  SCAN_END,
  SCAN_WINDOW_BYTES,
  SCRATCH,
  SCRATCH_BYTES,
  WHOLE_PAGES,
} from './memory';
export {
  liveBytes,
  liveDigest,
  liveFirstSeq,
  liveFirstTime,
  liveLastSeq,
  liveLastTime,
  liveMessages,
  scanLive,
} from './live-totals';
export { lineMessages, linesAdd, linesLength, linesStart } from './message-lines';
export {
  REWRITE_HASHES,
  REWRITE_LENGTHS,
  REWRITE_MESSAGES,
  REWRITE_TEXT,
  REWRITE_TIMED,
  rewrite,
  rewriteDrained,
  rewriteFirstSeq,
  rewriteFirstTime,
  rewriteLastSeq,
  rewriteLastTime,
  rewriteListed,
  rewriteMessages,
  rewriteStart,
  rewriteSubjectCount,
  rewriteTimedCount,
  rewrittenBytes,
} from './rewrite';
export {
  ERASED_SEQS,
  ERASED_TIMES,
  FAULTS,
  HEADER_AT,
  HEADER_BYTES,
  PAYLOAD_AT,
  PAYLOAD_BYTES,
  RECORD_BYTES,
  RECORD_OFFSETS,
  RECORD_SEQS,
  RECORD_TIMES,
  RUNS,
  SCHEDULE_SEQS,
  SUBJECT_AT,
  SUBJECT_BYTES,
  TOMBSTONE_SEQS,
  TOMBSTONE_TIMES,
  TTL_SEQS,
  erasedCount,
  faultCount,
  recordCount,
  runCount,
  scanDrained,
  scheduleCount,
  tombstoneCount,
  ttlCount,
} from './scan-columns';
export {
  digest,
  firstSeq,
  firstTime,
  lastSeq,
  lastTime,
  messageBytes,
  messages,
  records,
  scanFinish,
  scanReachedSeq,
} from './scan-records';
export { s2Amend } from './s2-amend';
export { s2Decode, s2DecodePair, s2DecodeStart, s2Reached, s2SecondLength } from './s2-decode';
export { s2Encode } from './s2-encode';
export { sha256Finish, sha256Start, sha256Update } from './sha256';
export { subjectDigest } from './subject';
export { subjectTable, subjectTableStart, tableDigest, tableEntries, tableMessages } from './subject-table';

export { v2Find } from './v2-find';
export { v2Records } from './v2-records';
export {
  v2Bytes,
  v2Digest,
  v2FirstSeq,
  v2FirstTime,
  v2LastSeq,
  v2LastTime,
  v2Messages,
  v2RunCount,
  v2Walk,
} from './v2-walk';

prepareHashTables();
prepareCrcTables();
prepareS2Tags();
prepareRecordHash();
