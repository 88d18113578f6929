// Bytes as a text of JSON, without the quotes around it: UTF-8, and what is none as U+FFFD.

const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
/** `\u00` and its digits in hexadecimal, `\b` and its like: what each byte below 32 becomes at most. */
export const MOST_GROWTH: usize = 6;

/** Writes the `bytes` at `from` to `to`; gives where it ends. Reads and writes up to 16 bytes past the ends. */
export function writeJsonText(to: usize, from: usize, bytes: usize): usize {
  const end = from + bytes;
  while (from < end) {
    const text = v128.load(from);
    v128.store(to, text);
    const plain = plainBytes(text);
    if (plain >= end - from) return to + (end - from);
    from += plain;
    to += plain;
    if (plain == 16) continue;
    const byte = <u32>load<u8>(from);
    if (byte < 0x80) {
      to = writeEscaped(to, byte);
      from++;
      continue;
    }
    const taken = sequenceBytes(from, end);
    if (taken > 0) {
      store<u32>(to, load<u32>(from));
      to += taken;
      from += taken;
    } else {
      store<u32>(to, 0xbdbfef);
      to += 3;
      from -= taken;
    }
  }
  return to;
}

/** How many of 16 bytes, from the first on, stand for themselves. */
function plainBytes(text: v128): usize {
  // Bytes from 0x80 on are below 0x20 where they are signed.
  const special = v128.or(
    i8x16.lt_s(text, i8x16.splat(0x20)),
    v128.or(i8x16.eq(text, i8x16.splat(<i8>QUOTE)), i8x16.eq(text, i8x16.splat(<i8>BACKSLASH))),
  );
  return <usize>ctz(i8x16.bitmask(special) | 0x10000);
}

function writeEscaped(to: usize, byte: u32): usize {
  let letter = byte;
  if (byte == 0x08) letter = 0x62;
  else if (byte == 0x09) letter = 0x74;
  else if (byte == 0x0a) letter = 0x6e;
  else if (byte == 0x0c) letter = 0x66;
  else if (byte == 0x0d) letter = 0x72;
  else if (byte < 0x20) {
    store<u32>(to, 0x3030755c);
    store<u8>(to, <u8>(0x30 + (byte >> 4)), 4);
    store<u8>(to, <u8>((byte & 15) + ((byte & 15) < 10 ? 0x30 : 0x57)), 5);
    return to + 6;
  }
  store<u16>(to, <u16>(BACKSLASH | (letter << 8)));
  return to + 2;
}

/**
 * Length of the UTF-8 sequence at `from`; where there is none, with a minus sign how many bytes are the beginning of one, or 1:
 * those become one U+FFFD together.
 */
function sequenceBytes(from: usize, end: usize): isize {
  const first = <u32>load<u8>(from);
  if (first < 0xc2 || first > 0xf4) return -1;
  const wanted: isize = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // The second byte rules out what is too long, too high, or half of a pair.
  let least: u32 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  let most: u32 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  for (let i: isize = 1; i < wanted; i++) {
    const byte = <u32>load<u8>(from + i);
    if (from + i >= end || byte < least || byte > most) return -i;
    least = 0x80;
    most = 0xbf;
  }
  return wanted;
}
