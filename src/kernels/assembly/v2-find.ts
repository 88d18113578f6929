// Finds where messages of a V2 archive seem to begin. They have no mark: a head is known by its time, and by what follows.
import { EARLIEST_NS, FURTHEST_JUMP, MOST_SUBJECT_BYTES } from './plausible';
import { at, end, readFrom, readVarint, skip, value } from './varint';
import { MOST_CONTENT_BYTES } from './v2-walk';

/** So near the end a second head may be cut. */
const MOST_HEAD_BYTES: usize = 64;
/** Times from 1999 on take nine bytes, of which all but the last have the upper bit. */
const TIME_BYTES: usize = 9;
const UPPER_BITS: u64 = 0x8080808080808080;

/** The sequence of the head that was read last. */
let seq: u64 = 0;

/**
 * The first offset before `until`, among the `bytes` bytes at `window`, at which a message seems to begin that another one
 * follows, or the end mark, or what lies too far on to be seen; -1 where none does.
 */
export function v2Find(window: usize, bytes: usize, until: usize): i32 {
  for (let from = window; from < window + until; from++) {
    const nameLengthBytes: usize = load<u8>(from) < 0x80 ? 1 : 2;
    if ((load<u64>(from + nameLengthBytes) & UPPER_BITS) != UPPER_BITS) continue;
    readFrom(from, window + bytes - from);
    if (!readMessage()) continue;
    const first = seq;
    if (at + MOST_HEAD_BYTES > end || isEndMark(at)) return <i32>(from - window);
    if (readMessage() && seq > first && seq - first <= FURTHEST_JUMP) return <i32>(from - window);
  }
  return -1;
}

/** Reads a head that looks like one, and passes over its message, which may end further on. */
function readMessage(): bool {
  const from = at;
  if (!readVarint() || value == 0 || value > MOST_SUBJECT_BYTES || at - from > 2) return false;
  const nameBytes = <usize>value;
  const timeAt = at;
  if (!readVarint() || at - timeAt != TIME_BYTES || (value & 1) != 0 || value >> 1 < <u64>EARLIEST_NS)
    return false;
  if (!readVarint() || value == 0 || value >> 62 != 0) return false;
  seq = value;
  if (!readVarint() || value > <u64>MOST_CONTENT_BYTES) return false;
  const headerBytes = <usize>value;
  if (!readVarint() || value > <u64>(MOST_CONTENT_BYTES - headerBytes) || nameBytes > end - at) return false;
  for (let i: usize = 0; i < nameBytes; i++) if (load<u8>(at + i) <= 0x20) return false;
  skip(nameBytes + headerBytes + <usize>value);
  return true;
}

/** An entry of five zeros. */
function isEndMark(from: usize): bool {
  return load<u32>(from) == 0 && load<u8>(from, 4) == 0;
}
