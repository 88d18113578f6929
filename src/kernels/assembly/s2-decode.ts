// Decodes one S2 block, which is a Snappy block that may also repeat the last offset.
import { S2_INPUT, S2_OUTPUT, S2_OUTPUT_BYTES } from './memory';

/** Where the elements start, as `s2Length` left it. */
let elements: usize = 0;

/** The decoded length that the block at S2_INPUT claims, or -1. */
export function s2Length(bytes: usize): i32 {
  const end = S2_INPUT + bytes;
  let value: u64 = 0;
  let shift: u64 = 0;
  for (let at = S2_INPUT; at < end && shift < 35; at++, shift += 7) {
    const b = load<u8>(at);
    value |= (<u64>(b & 0x7f)) << shift;
    if (b < 0x80) {
      elements = at + 1;
      return value <= <u64>S2_OUTPUT_BYTES ? <i32>value : -1;
    }
  }
  return -1;
}

/** Copies so that bytes which the copy itself wrote repeat. May write up to 31 bytes too many inside `limit`. */
function copyBack(to: usize, offset: usize, length: usize, limit: usize): void {
  let from = to - offset;
  const stop = to + length;
  if (offset >= 16 && stop + 32 <= limit) {
    while (to < stop) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      to += 32;
      from += 32;
    }
    return;
  }
  while (to < stop) store<u8>(to++, load<u8>(from++));
}

/** Decodes the block of `bytes` bytes at S2_INPUT to S2_OUTPUT. Returns the decoded length, or -1 where it is corrupt. */
export function s2Decode(bytes: usize): i32 {
  const length = s2Length(bytes);
  if (length < 0) return -1;
  const end = S2_INPUT + bytes;
  const limit = S2_OUTPUT + <usize>length;
  let at = elements;
  let to = S2_OUTPUT;
  let offset: usize = 0;
  while (at < end) {
    const tag = <usize>load<u8>(at++);
    let count = tag >> 2;
    const kind = tag & 3;
    if (kind == 0) {
      if (count >= 60) {
        const width = count - 59;
        if (end - at < width) return -1;
        // Reads past the end of the input, into the slack; the mask drops it.
        const word = load<u32>(at);
        count = <usize>(width == 4 ? word : word & ((1 << (<u32>width * 8)) - 1));
        if (count >= S2_OUTPUT_BYTES) return -1;
        at += width;
      }
      count++;
      if (count > end - at || count > limit - to) return -1;
      if (count <= 32 && to + 32 <= limit) {
        v128.store(to, v128.load(at));
        v128.store(to, v128.load(at, 16), 16);
      } else {
        memory.copy(to, at, count);
      }
      at += count;
      to += count;
      continue;
    }
    if (kind == 1) {
      if (at == end) return -1;
      const near = ((tag & 0xe0) << 3) | <usize>load<u8>(at++);
      count = (tag >> 2) & 7;
      if (near != 0) {
        offset = near;
        count += 4;
      } else if (count < 5) {
        count += 4;
      } else {
        const width = count - 4;
        if (end - at < width) return -1;
        const word = <usize>(load<u32>(at) & ((1 << (<u32>width * 8)) - 1));
        count = word + (width == 1 ? 8 : width == 2 ? 260 : 65540);
        at += width;
      }
    } else if (kind == 2) {
      if (end - at < 2) return -1;
      offset = <usize>load<u16>(at);
      at += 2;
      count++;
    } else {
      if (end - at < 4) return -1;
      offset = <usize>load<u32>(at);
      at += 4;
      count++;
    }
    if (offset == 0 || offset > to - S2_OUTPUT || count > limit - to) return -1;
    copyBack(to, offset, count, limit);
    to += count;
  }
  return to == limit ? length : -1;
}
