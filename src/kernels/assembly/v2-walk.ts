// Walks the messages of a V2 archive (container/README.md) and adds them up:
//   name length, time (zig-zag), sequence, header length, payload length: varints; then name, header, payload.
import { ENTRIES, RUNS } from './scan-columns';
import { subjectDigest } from './subject';
import { at, end, readFrom, readVarint, skip, value } from './varint';

export let v2Messages: f64 = 0;
/** What the messages take in a block. */
export let v2Bytes: f64 = 0;
export let v2FirstSeq: u64 = 0;
export let v2LastSeq: u64 = 0;
export let v2FirstTime: i64 = 0;
export let v2LastTime: i64 = 0;
export let v2Digest: u64 = 0;
/** Pairs from, to of sequences at RUNS. */
export let v2RunCount: u32 = 0;

/** Of header and payload; servers make no longer messages. */
export const MOST_CONTENT_BYTES: usize = 96 * 1024 * 1024;

/** Reads a length that no content has more of. */
function readLength(): bool {
  return readVarint() && value <= <u64>MOST_CONTENT_BYTES;
}

/**
 * Takes messages of the `bytes` bytes at `window`, each with a sequence above the one before (`last` at first). They begin at
 * `from` and before `until`, and may end up to `beyond` bytes behind what is there, all but head and name. Gives how many
 * bytes they have; stops at whatever is no such message, and where the runs are full.
 */
export function v2Walk(
  window: usize,
  bytes: usize,
  last: u64,
  from: usize,
  until: usize,
  beyond: usize,
): usize {
  v2Messages = 0;
  v2Bytes = 0;
  v2Digest = 0;
  v2RunCount = 0;
  const start = window + from;
  let taken = start;
  let runTo: u64 = 0;
  const stop = window + until;
  readFrom(start, bytes - from);
  while (at < stop) {
    if (!readLength()) break;
    const nameBytes = <usize>value;
    if (!readVarint()) break;
    const time = <i64>(value >> 1) ^ -(<i64>(value & 1));
    if (!readVarint() || value <= last) break;
    const seq = value;
    if (!readLength()) break;
    const headerBytes = <usize>value;
    if (!readLength()) break;
    const payloadBytes = <usize>value;
    const contentBytes = headerBytes + payloadBytes;
    if (nameBytes > end - at || contentBytes > MOST_CONTENT_BYTES) break;
    if (contentBytes > end - at - nameBytes + beyond) break;
    if (runTo == 0 || seq != runTo + 1) {
      if (v2RunCount == ENTRIES) break;
      store<u64>(RUNS + v2RunCount * 16, seq);
      v2RunCount++;
    }
    runTo = seq;
    store<u64>(RUNS + (v2RunCount - 1) * 16 + 8, seq);
    if (v2Messages == 0) {
      v2FirstSeq = seq;
      v2FirstTime = time;
    }
    last = seq;
    v2LastSeq = seq;
    v2LastTime = time;
    v2Messages++;
    v2Bytes += <f64>(30 + nameBytes + payloadBytes + (headerBytes > 0 ? headerBytes + 4 : 0));
    v2Digest += subjectDigest(at, nameBytes);
    skip(nameBytes + contentBytes);
    taken = at;
  }
  return taken - start;
}
