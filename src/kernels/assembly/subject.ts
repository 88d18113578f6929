// What is done with each subject: a digest, so that two copies of a stream can be compared, and its syntax.

const STEP: u64 = 0x9fb21c651e98df25;
const SEED: u64 = 0x9e3779b97f4a7c15;

/**
 * A mix of 64 bits, not a cryptographic one: h starts as SEED * (length + 1); each 8 bytes, little-endian, the
 * last ones padded with zeros, give h = (h ^ word) * STEP, h ^= h >> 32; the end is h *= SEED, h ^= h >> 29.
 * Reads up to 7 bytes past the end.
 */
export function subjectDigest(at: usize, bytes: usize): u64 {
  let h: u64 = SEED * <u64>(bytes + 1);
  let left = bytes;
  while (left >= 8) {
    h = (h ^ load<u64>(at)) * STEP;
    h ^= h >> 32;
    at += 8;
    left -= 8;
  }
  if (left != 0) {
    h = (h ^ (load<u64>(at) & (((<u64>1) << (<u64>left * 8)) - 1))) * STEP;
    h ^= h >> 32;
  }
  h *= SEED;
  return h ^ (h >> 29);
}

/** A subject is tokens between dots, none of them empty, with no NUL, tab, line feed, return or space. */
export function subjectIsSound(at: usize, bytes: usize): bool {
  if (bytes - 1 >= 32) return isSoundText(at, bytes);
  const first = v128.load(at);
  const second = v128.load(at, 16);
  const blank = i8x16.splat(0x20);
  const dot = i8x16.splat(0x2e);
  const low = i8x16.bitmask(i8x16.le_u(first, blank)) | (i8x16.bitmask(i8x16.le_u(second, blank)) << 16);
  const dots = i8x16.bitmask(i8x16.eq(first, dot)) | (i8x16.bitmask(i8x16.eq(second, dot)) << 16);
  // The last byte becomes the highest bit: what lies behind it is shifted out.
  const behind = -(<i32>bytes);
  const ending = dots << behind;
  if (((low << behind) | (ending & (ending << 1)) | (ending & 0x80000000) | (dots & 1)) == 0) return true;
  return isSoundText(at, bytes);
}

/** The same of a subject of any length, and of one with other control characters. */
function isSoundText(at: usize, bytes: usize): bool {
  if (bytes == 0) return false;
  const last = bytes - 1;
  if (load<u8>(at) == 0x2e || load<u8>(at + last) == 0x2e) return false;
  // Swizzling this by the text marks 0, 9, 10 and 13: indices of 16 and more give 0.
  const controls = i8x16(-1, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 0, 0, -1, 0, 0);
  const spaces = i8x16.splat(0x20);
  const dots = i8x16.splat(0x2e);
  for (let left = <isize>bytes; left > 0; left -= 16, at += 16) {
    const text = v128.load(at);
    const marks = v128.or(
      v128.or(i8x16.swizzle(controls, text), i8x16.eq(text, spaces)),
      v128.and(i8x16.eq(text, dots), i8x16.eq(v128.load(at, 1), dots)),
    );
    let hits = i8x16.bitmask(marks);
    if (left < 16) hits &= (1 << (<i32>left)) - 1;
    if (hits != 0) return false;
  }
  return true;
}
