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

/** Reads a varint of 64 bits into `value`; false where there is none. */
export function readVarint(): bool {
  if (at < end && load<u8>(at) < 0x80) {
    value = <u64>load<u8>(at++);
    return true;
  }
  value = 0;
  for (let shift: u64 = 0; shift < 70 && at < end; shift += 7) {
    const byte = <u64>load<u8>(at++);
    if (shift == 63 && byte > 1) return false;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}
