// Base64 as JSON carries it: the standard alphabet, padded.

const PAD: u8 = 0x3d;

/** Writes the base64 of `bytes` at `from` to `to`; gives where it ends. Reads and writes up to 15 bytes past the ends. */
export function writeBase64(to: usize, from: usize, bytes: usize): usize {
  let left = <isize>bytes;
  for (; left >= 24; left -= 24, from += 24, to += 32) {
    v128.store(to, letters(sextets(v128.load(from))));
    v128.store(to, letters(sextets(v128.load(from, 12))), 16);
  }
  for (; left >= 12; left -= 12, from += 12, to += 16) v128.store(to, letters(sextets(v128.load(from))));
  if (left == 0) return to;
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const rest = v128.and(v128.load(from), i8x16.lt_s(places, i8x16.splat(<i8>left)));
  v128.store(to, letters(sextets(rest)));
  const end = to + ((<usize>left + 2) / 3) * 4;
  const over = left % 3;
  if (over != 0) store<u8>(end - 1, PAD);
  if (over == 1) store<u8>(end - 2, PAD);
  return end;
}

/** The first 12 bytes as 16 numbers of 6 bits each. */
function sextets(text: v128): v128 {
  // In each 32 bits the three bytes a b c lie as b a c b.
  const spread = i8x16.shuffle(text, text, 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const even = v128.or(
    v128.and(i32x4.shr_u(spread, 10), i32x4.splat(0x0000003f)),
    v128.and(i32x4.shr_u(spread, 6), i32x4.splat(0x003f0000)),
  );
  // Multiplied by 16 and 256 the others move up by 4 and 8 bits.
  const odd = i16x8.mul(v128.and(spread, i32x4.splat(0x003f03f0)), i32x4.splat(0x01000010));
  return v128.or(even, odd);
}

/** What to add to a number to get its letter depends on its range: A-Z, a-z, each digit alike, `+`, `/`. */
function letters(numbers: v128): v128 {
  const steps = i8x16(71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0);
  const range = v128.or(
    i8x16.sub_sat_u(numbers, i8x16.splat(51)),
    v128.and(i8x16.lt_s(numbers, i8x16.splat(26)), i8x16.splat(13)),
  );
  return i8x16.add(numbers, i8x16.swizzle(steps, range));
}
