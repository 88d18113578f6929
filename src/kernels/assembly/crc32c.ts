// CRC-32C (Castagnoli): long inputs are first folded by exclusive ors, the rest goes eight bytes a step by tables.
import { CRC_RING, CRC_TABLES } from './memory';

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

// With y = x^128, y^209 + y^144 + y^54 + y^39 + y^14 + 1 is a multiple of the polynomial. So each vector may be
// cleared by adding it to those 65, 155, 170, 195 and 209 places on, and only the last 209 vectors are left.
const REACH: usize = 209;
const STEPS: usize = 1024;
const HISTORY: usize = CRC_RING;
const FRESH: usize = CRC_RING + REACH * 16;
const FOLD_FROM: usize = 16 * 1024;

/** The vector at `at` with what it gets from those before it; `far`: the one 209 places back. */
function folded(at: usize, far: usize): v128 {
  return v128.xor(
    v128.xor(v128.xor(v128.load(at), v128.load(far)), v128.load(far, 14 * 16)),
    v128.xor(v128.xor(v128.load(far, 39 * 16), v128.load(far, 54 * 16)), v128.load(far, 144 * 16)),
  );
}

/** Folds `bytes` into the 209 vectors at FRESH. */
function fold(crc: u32, at: usize, bytes: usize): void {
  const stop = at + bytes - REACH * 16;
  // The register so far counts as if it were added to the first four bytes.
  memory.fill(HISTORY, 0, REACH * 16);
  store<u32>(HISTORY, crc);
  let far = HISTORY;
  while (at < stop) {
    if (far == HISTORY + STEPS * 16) {
      memory.copy(HISTORY, far, REACH * 16);
      far = HISTORY;
    }
    const until = min(stop, at + (HISTORY + STEPS * 16 - far));
    for (; at + 64 <= until; at += 64, far += 64) {
      v128.store(far, folded(at, far), REACH * 16);
      v128.store(far, folded(at + 16, far + 16), REACH * 16 + 16);
      v128.store(far, folded(at + 32, far + 32), REACH * 16 + 32);
      v128.store(far, folded(at + 48, far + 48), REACH * 16 + 48);
    }
    for (; at < until; at += 16, far += 16) v128.store(far, folded(at, far), REACH * 16);
  }
  memory.copy(HISTORY, far, REACH * 16);
  // What is left is not spread any further, so later vectors see zeros there: from the last to the first.
  memory.fill(FRESH, 0, REACH * 16);
  for (let i: usize = REACH * 16; i > 0; i -= 16)
    v128.store(HISTORY + i - 16, folded(stop + i - 16, HISTORY + i - 16), REACH * 16);
}

/** The register after `bytes` more bytes; it starts as 0xffffffff and is inverted at the end by the caller. */
export function crcUpdate(crc: u32, at: usize, bytes: usize): u32 {
  if (bytes < FOLD_FROM) return byTables(crc, at, bytes);
  const whole = bytes & ~15;
  fold(crc, at, whole);
  return byTables(byTables(0, FRESH, REACH * 16), at + whole, bytes - whole);
}

function byTables(crc: u32, at: usize, bytes: usize): u32 {
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
