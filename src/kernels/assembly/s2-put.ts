// What an S2 block is written with: its length and its elements. Branches that data decides cost more than work in vain.

/** The longest length of a block and the longest head of a literal. */
export const MOST_HEAD: usize = 8;
/** From here on an offset takes four bytes. */
const FAR: usize = 65536;

/** A bit for each of 16 bytes: whether those at `at` and `before` are the same. */
export function sameBits(at: usize, before: usize): u32 {
  return <u32>i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(before)));
}

/** Where the bytes from `at` on begin to differ from those at `before`; `end` at the most. */
export function sameUntil(at: usize, before: usize, end: usize): usize {
  while (at < end) {
    const same = sameBits(at, before);
    if (same != 0xffff) {
      at += <usize>ctz(~same);
      break;
    }
    at += 16;
    before += 16;
  }
  return min(at, end);
}

/** Writes a tag and a value of `width` bytes, and zeros behind it, where the next element comes. */
function putTag(to: usize, tag: usize, value: usize, width: usize): usize {
  store<u64>(to, <u64>tag | ((<u64>value) << 8));
  return to + 1 + width;
}

/** A literal of up to 32 bytes, none if 0. Writes 33 bytes, into the slack or where the next element comes. */
function putShortLiteral(to: usize, from: usize, count: usize): usize {
  v128.store(to, v128.load(from), 1);
  v128.store(to, v128.load(from, 16), 17);
  store<u8>(to, <u8>((count - 1) << 2));
  return to + select<usize>(count + 1, 0, count);
}

/** Writes up to 32 bytes too many, into the slack or where the next element comes. */
export function putLiteral(to: usize, from: usize, count: usize): usize {
  if (count <= 32) return putShortLiteral(to, from, count);
  const last = count - 1;
  if (last < 60) to = putTag(to, last << 2, 0, 0);
  else if (last < 0x100) to = putTag(to, 60 << 2, last, 1);
  else if (last < 0x10000) to = putTag(to, 61 << 2, last, 2);
  else to = putTag(to, 62 << 2, last, 3);
  if (count > 256) {
    memory.copy(to, from, count);
    return to + count;
  }
  const stop = to + count;
  for (let at = to; at < stop; at += 32, from += 32) {
    v128.store(at, v128.load(from));
    v128.store(at, v128.load(from, 16), 16);
  }
  return stop;
}

/** A literal of `count` bytes, none if 0, and a copy. */
export function putMatch(to: usize, from: usize, count: usize, offset: usize, copied: usize): usize {
  return <i32>(count > 32) | <i32>(copied > 64)
    ? putCopy(putLiteral(to, from, count), offset, copied)
    : putShortCopy(putShortLiteral(to, from, count), offset, copied);
}

/** A copy of 4 bytes or more. A long one goes on as a repeat. */
export function putCopy(to: usize, offset: usize, count: usize): usize {
  if (count <= 64) return putShortCopy(to, offset, count);
  const first: usize = offset < 2048 ? 8 : 60;
  return putRepeat(putShortCopy(to, offset, first), count - first);
}

/** A copy of 4 to 64 bytes. */
function putShortCopy(to: usize, offset: usize, count: usize): usize {
  const isNear = <i32>(offset < 2048) & <i32>(count < 12);
  const isFar = offset >= FAR;
  const near = ((offset >> 8) << 5) | ((count - 4) << 2) | 1;
  const tag = select<usize>(near, ((count - 1) << 2) | 2 | <usize>isFar, isNear);
  store<u64>(to, <u64>(<u8>tag) | ((<u64>offset) << 8));
  return to + select<usize>(2, select<usize>(5, 3, isFar), isNear);
}

/** A copy with the offset of the last one; `count` is 4 or more. */
export function putRepeat(to: usize, count: usize): usize {
  if (count <= 8) return putTag(to, ((count - 4) << 2) | 1, 0, 1);
  if (count < 264) return putTag(to, (5 << 2) | 1, (count - 8) << 8, 2);
  if (count < 65796) return putTag(to, (6 << 2) | 1, (count - 260) << 8, 3);
  return putTag(to, (7 << 2) | 1, (count - 65540) << 8, 4);
}

export function putLength(to: usize, value: usize): usize {
  while (value >= 0x80) {
    store<u8>(to++, <u8>(value | 0x80));
    value >>= 7;
  }
  store<u8>(to, <u8>value);
  return to + 1;
}
