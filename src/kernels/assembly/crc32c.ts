// CRC-32C (Castagnoli), eight bytes a step by tables.
import { CRC_TABLES } from './memory';

const POLYNOMIAL: u32 = 0x82f63b78;

export function prepareCrcTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let c = i;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >> 1) ^ POLYNOMIAL : c >> 1;
    store<u32>(CRC_TABLES + <usize>i * 4, c);
  }
  for (let t: usize = 1; t < 8; t++) {
    for (let i: usize = 0; i < 256; i++) {
      const before = load<u32>(CRC_TABLES + (t - 1) * 1024 + i * 4);
      store<u32>(
        CRC_TABLES + t * 1024 + i * 4,
        (before >> 8) ^ load<u32>(CRC_TABLES + <usize>(before & 0xff) * 4),
      );
    }
  }
}

function table(t: usize, value: u32): u32 {
  return load<u32>(CRC_TABLES + t * 1024 + ((<usize>(value & 0xff)) << 2));
}

/** The register after `bytes` more bytes; it starts as 0xffffffff and is inverted at the end by the caller. */
export function crcUpdate(crc: u32, at: usize, bytes: usize): u32 {
  while (bytes >= 8) {
    const low = load<u32>(at) ^ crc;
    const high = load<u32>(at, 4);
    crc =
      table(7, low) ^
      table(6, low >> 8) ^
      table(5, low >> 16) ^
      table(4, low >> 24) ^
      table(3, high) ^
      table(2, high >> 8) ^
      table(1, high >> 16) ^
      table(0, high >> 24);
    at += 8;
    bytes -= 8;
  }
  while (bytes != 0) {
    crc = (crc >> 8) ^ table(0, crc ^ load<u8>(at));
    at++;
    bytes--;
  }
  return crc;
}
