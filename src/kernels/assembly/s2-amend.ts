// Encodes bytes anew along the elements of a block that was made before a few of them changed: what an encoder found then mostly
// holds still. Nothing is searched for. An element that holds is taken as it stands; of a copy that does not, what holds.
import { ENCODE_OUTPUT, S2_INPUT, S2_TAKES } from './memory';
import { elementCount, elementEnd, elementOffset, isLiteral, readElement } from './s2-element';
import { putCopy, putLength, putLiteral, putRepeat, sameUntil } from './s2-put';
import { ENTRY_SHIFT, GIVES, KEEPS, LONG_REPEAT, NEAR, OFFSET_ADDED, OFFSET_MASK } from './s2-tags';

/** The most that an element of the fast loop stands for, and takes. */
const MOST_RAW: usize = 64;
const MOST_IN: usize = 61;
/** A shorter copy would not be shorter than what it stands for. */
const LEAST_COPY: usize = 4;

let at: usize = 0;
let end: usize = 0;
/** What the next element stands for: its place among the bytes, or as far before them as it lay then. */
let raw: usize = 0;
/** Where the block's own first byte lay, and the first that is encoded. */
let origin: usize = 0;
let first: usize = 0;
let limit: usize = 0;
let out: usize = 0;
let outEnd: usize = 0;
/** Bytes from here up to `raw` are not written yet. */
let pending: usize = 0;
/** Of the last copy that was read, and of the last one that was written. */
let last: usize = 0;
let lastOut: usize = 0;

/** Passes the decoded length of the block; gives it, or -1. */
function readLength(): i64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; at < end && shift < 35; shift += 7) {
    const b = load<u8>(at++);
    value |= (<u64>(b & 0x7f)) << shift;
    if (b < 0x80) return <i64>value;
  }
  return -1;
}

/**
 * Encodes `bytes` bytes at `from` along the block of `blockBytes` bytes at S2_INPUT, which decoded to something much like them from
 * its byte `skip` on. Gives the length of the new block, at ENCODE_OUTPUT; 0 where it would have more than `most` bytes, or the
 * block is corrupt.
 */
export function s2Amend(blockBytes: usize, skip: usize, from: usize, bytes: usize, most: usize): usize {
  at = S2_INPUT;
  end = S2_INPUT + blockBytes;
  if (readLength() < <i64>(skip + bytes)) return 0;
  first = from;
  origin = from - skip;
  raw = origin;
  limit = from + bytes;
  out = putLength(ENCODE_OUTPUT, bytes);
  outEnd = ENCODE_OUTPUT + most;
  pending = from;
  last = 0;
  lastOut = 0;
  while (raw < limit) {
    if (pending == raw && last == lastOut) takeElements();
    if (at >= end || !element()) return 0;
  }
  return writePending(limit) && out <= outEnd ? out - ENCODE_OUTPUT : 0;
}

/** Takes elements as they stand, up to one that is not for here; nothing is pending. */
function takeElements(): void {
  if (out >= outEnd) return;
  let left = min((limit - raw) / MOST_RAW, min((end - at) / MOST_IN, (outEnd - out) / MOST_IN));
  let from = at;
  let place = raw;
  let to = out;
  let offset = last;
  while (left-- != 0) {
    const pair = <u32>load<u16>(from);
    const tag = pair & 0xff;
    const entry = (<usize>select(pair, tag + 256, pair < 256)) << ENTRY_SHIFT;
    const keeps = <u32>load<u16>(entry, KEEPS);
    const given =
      (load<u32>(from, 1) & load<u32>(entry, OFFSET_MASK)) + load<u32>(entry, OFFSET_ADDED) + <u32>NEAR;
    const back = <usize>select(<u32>offset, given, keeps != 0);
    const literal = (pair & 3) == 0;
    // No offset makes one that is too large.
    if (back - 1 >= place - first) break;
    const count = <usize>load<u8>(entry, GIVES) + <usize>(load<u8>(from, 2) & keeps);
    const before = select(place, place - back, literal);
    const same = sameBits32(place, before);
    if (count <= 32) {
      if (same << (64 - <u64>count) != (<u64>-1) << (64 - <u64>count)) break;
    } else {
      if (count > MOST_RAW) break;
      const rest = sameBits32(place + 32, before + 32);
      if ((same | (rest << 32)) << (64 - <u64>count) != (<u64>-1) << (64 - <u64>count)) break;
    }
    const taken = select(place, from + 1, literal);
    store<u8>(to, <u8>tag);
    v128.store(to, v128.load(taken), 1);
    v128.store(to, v128.load(taken, 16), 17);
    if (count > 32) {
      v128.store(to, v128.load(taken, 32), 33);
      v128.store(to, v128.load(taken, 48), 49);
    }
    const takes = <usize>load<u8>(tag, S2_TAKES) + <usize>(pair == LONG_REPEAT);
    to += takes;
    from += takes;
    place += count;
    offset = back;
  }
  at = from;
  raw = place;
  pending = place;
  out = to;
  last = offset;
  lastOut = offset;
}

/** A bit for each of 32 bytes: whether those at both places are the same. */
function sameBits32(a: usize, b: usize): u64 {
  const low = <u32>i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
  const high = <u32>i8x16.bitmask(i8x16.eq(v128.load(a, 16), v128.load(b, 16)));
  return <u64>(low | (high << 16));
}

/** Takes one element of any kind; false where that cannot be done. */
function element(): bool {
  if (!readElement(at, end, last)) return false;
  at = elementEnd;
  const stop = raw + min(elementCount, limit - raw);
  if (!isLiteral) {
    last = elementOffset;
    if (last > raw - origin || !takeCopy(stop)) return false;
  }
  raw = stop;
  return true;
}

/** Writes what of a copy up to `stop` holds still. */
function takeCopy(stop: usize): bool {
  let from = max(raw, first);
  // What lies before the first byte cannot be copied.
  if (last > from - first) from = first + last;
  while (from < stop) {
    const until = sameUntil(from, from - last, stop);
    if (until - from >= LEAST_COPY) {
      if (!writePending(from)) return false;
      out = last == lastOut ? putRepeat(out, until - from) : putCopy(out, last, until - from);
      lastOut = last;
      pending = until;
    }
    from = until + 1;
  }
  return true;
}

/** Writes what is pending up to `until` as a literal. */
function writePending(until: usize): bool {
  const count = until - pending;
  if (out + count > outEnd) return false;
  if (count > 0) out = putLiteral(out, pending, count);
  return true;
}
