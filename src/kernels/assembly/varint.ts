// Reads varints one behind the other; one walk at a time.

/** Where the next byte is, and where they end. */
export let at: usize = 0;
export let end: usize = 0;
/** The last varint that was read. */
export let value: u64 = 0;

export function readFrom(address: usize, bytes: usize): void {
  at = address;
  end = address + bytes;
}

export function skip(bytes: usize): void {
  at += bytes;
}

const UPPER_BITS: u64 = 0x8080808080808080;

/** Puts the lower seven bits of eight bytes together. */
function joined(word: u64): u64 {
  const pairs = (word & 0x007f007f007f007f) | ((word & 0x7f007f007f007f00) >> 1);
  const fours = (pairs & 0x00003fff00003fff) | ((pairs & 0x3fff00003fff0000) >> 2);
  return (fours & 0x0fffffff) | ((fours & 0x0fffffff00000000) >> 4);
}

/** Reads a varint of 64 bits into `value`; false where there is none. */
export function readVarint(): bool {
  if (at < end && load<u8>(at) < 0x80) {
    value = <u64>load<u8>(at++);
    return true;
  }
  if (at + 9 > end) return readByBytes();
  const word = load<u64>(at);
  const last = ~word & UPPER_BITS;
  if (last != 0) {
    // What lies behind the last byte is shifted out.
    const behind = 63 - ctz(last);
    value = joined((word << behind) >> behind);
    at += <usize>(8 - (behind >> 3));
    return true;
  }
  // Times have nine bytes.
  const ninth = <u64>load<u8>(at, 8);
  if (ninth >= 0x80) return readByBytes();
  value = joined(word) | (ninth << 56);
  at += 9;
  return true;
}

function readByBytes(): bool {
  value = 0;
  for (let shift: u64 = 0; shift < 70 && at < end; shift += 7) {
    const byte = <u64>load<u8>(at++);
    if (shift == 63 && byte > 1) return false;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}
