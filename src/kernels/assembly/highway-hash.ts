// HighwayHash-64 on 128-bit vectors: each of the four state words of four lanes is two registers, a and b.
import { HASH_KEY, HASH_STATE, HASH_TABLES } from './memory';

const LOW_MASKS: usize = HASH_TABLES;
const HIGH_SWIZZLES: usize = HASH_TABLES + 512;
const ZIPPER: usize = HASH_TABLES + 1024;

export function prepareHashTables(): void {
  for (let n: usize = 0; n < 32; n++) {
    const odd = n & 3;
    const whole = n - odd;
    for (let i: usize = 0; i < 16; i++) {
      store<u8>(LOW_MASKS + n * 16 + i, i < whole ? 0xff : 0);
      store<u8>(HIGH_SWIZZLES + n * 16 + i, 0x80);
    }
    // The swizzle picks from the 16 bytes that end where the data ends.
    const high = HIGH_SWIZZLES + n * 16;
    if (n >= 16) {
      for (let i: usize = 0; i < whole - 16; i++) store<u8>(high + i, <u8>(32 - n + i));
      for (let i: usize = 12; i < 16; i++) store<u8>(high + i, <u8>i);
    } else if (odd > 0) {
      store<u8>(high, <u8>(16 - odd));
      store<u8>(high + 1, <u8>(16 - odd + (odd >> 1)));
      store<u8>(high + 2, 15);
    }
  }
  // Kept in memory, not as a constant: the optimizer would turn a constant swizzle into a slower shuffle.
  store<u64>(ZIPPER, 0x000f010e05020c03);
  store<u64>(ZIPPER + 8, 0x070806090d0a040b);
}

function multiply(low: v128, high: v128): v128 {
  return i64x2.extmul_low_i32x4_u(
    v128.shuffle<i32>(low, low, 0, 2, 0, 2),
    v128.shuffle<i32>(high, high, 1, 3, 1, 3),
  );
}

function swapHalves(x: v128): v128 {
  return v128.shuffle<i32>(x, x, 1, 0, 3, 2);
}

/** Writes the state (128 bytes) that the 32-byte key at `key` starts with. */
export function hashStart(state: usize, key: usize): void {
  const m0a = i64x2(<i64>0xdbe6d5d5fe4cce2f, <i64>0xa4093822299f31d0);
  const m0b = i64x2(0x13198a2e03707344, 0x243f6a8885a308d3);
  const m1a = i64x2(0x3bd39e10cb0ef593, <i64>0xc0acf169b5f18a8c);
  const m1b = i64x2(<i64>0xbe5466cf34e90c6c, 0x452821e638d01377);
  const ka = v128.load(key);
  const kb = v128.load(key, 16);
  v128.store(state, v128.xor(m0a, ka));
  v128.store(state, v128.xor(m0b, kb), 16);
  v128.store(state, v128.xor(m1a, swapHalves(ka)), 32);
  v128.store(state, v128.xor(m1b, swapHalves(kb)), 48);
  v128.store(state, m0a, 64);
  v128.store(state, m0b, 80);
  v128.store(state, m1a, 96);
  v128.store(state, m1b, 112);
}

/** Takes `bytes` (a multiple of 32) into the state. */
export function hashAbsorb(state: usize, from: usize, bytes: usize): void {
  const zipper = v128.load(ZIPPER);
  let v0a = v128.load(state);
  let v0b = v128.load(state, 16);
  let v1a = v128.load(state, 32);
  let v1b = v128.load(state, 48);
  let m0a = v128.load(state, 64);
  let m0b = v128.load(state, 80);
  let m1a = v128.load(state, 96);
  let m1b = v128.load(state, 112);
  for (const stop = from + bytes; from < stop; from += 32) {
    v1a = i64x2.add(v1a, i64x2.add(m0a, v128.load(from)));
    v1b = i64x2.add(v1b, i64x2.add(m0b, v128.load(from, 16)));
    m0a = v128.xor(m0a, multiply(v1a, v0a));
    m0b = v128.xor(m0b, multiply(v1b, v0b));
    v0a = i64x2.add(v0a, m1a);
    v0b = i64x2.add(v0b, m1b);
    m1a = v128.xor(m1a, multiply(v0a, v1a));
    m1b = v128.xor(m1b, multiply(v0b, v1b));
    v0a = i64x2.add(v0a, i8x16.swizzle(v1a, zipper));
    v0b = i64x2.add(v0b, i8x16.swizzle(v1b, zipper));
    v1a = i64x2.add(v1a, i8x16.swizzle(v0a, zipper));
    v1b = i64x2.add(v1b, i8x16.swizzle(v0b, zipper));
  }
  v128.store(state, v0a);
  v128.store(state, v0b, 16);
  v128.store(state, v1a, 32);
  v128.store(state, v1b, 48);
  v128.store(state, m0a, 64);
  v128.store(state, m0b, 80);
  v128.store(state, m1a, 96);
  v128.store(state, m1b, 112);
}

/**
 * The hash of `total` bytes from the state on: a first packet in `low` and `high`, the others at `rest`.
 * With fewer than 32 bytes there is no first packet and all of them lie at `rest`. Reads up to 32 bytes
 * around the end of the data.
 */
export function hashPackets(state: usize, low: v128, high: v128, rest: usize, total: usize): u64 {
  const zipper = v128.load(ZIPPER);
  let v0a = v128.load(state);
  let v0b = v128.load(state, 16);
  let v1a = v128.load(state, 32);
  let v1b = v128.load(state, 48);
  let m0a = v128.load(state, 64);
  let m0b = v128.load(state, 80);
  let m1a = v128.load(state, 96);
  let m1b = v128.load(state, 112);
  let left = total;
  while (left >= 32) {
    v1a = i64x2.add(v1a, i64x2.add(m0a, low));
    v1b = i64x2.add(v1b, i64x2.add(m0b, high));
    m0a = v128.xor(m0a, multiply(v1a, v0a));
    m0b = v128.xor(m0b, multiply(v1b, v0b));
    v0a = i64x2.add(v0a, m1a);
    v0b = i64x2.add(v0b, m1b);
    m1a = v128.xor(m1a, multiply(v0a, v1a));
    m1b = v128.xor(m1b, multiply(v0b, v1b));
    v0a = i64x2.add(v0a, i8x16.swizzle(v1a, zipper));
    v0b = i64x2.add(v0b, i8x16.swizzle(v1b, zipper));
    v1a = i64x2.add(v1a, i8x16.swizzle(v0a, zipper));
    v1b = i64x2.add(v1b, i8x16.swizzle(v0b, zipper));
    left -= 32;
    if (left < 32) break;
    low = v128.load(rest);
    high = v128.load(rest, 16);
    rest += 32;
  }
  if (left != 0) {
    const n = <i32>left;
    low = v128.and(v128.load(rest), v128.load(LOW_MASKS + left * 16));
    high = i8x16.swizzle(v128.load(rest + left - 16), v128.load(HIGH_SWIZZLES + left * 16));
    const count = i32x4.splat(n);
    v0a = i64x2.add(v0a, count);
    v0b = i64x2.add(v0b, count);
    v1a = v128.or(i32x4.shl(v1a, n), i32x4.shr_u(v1a, 32 - n));
    v1b = v128.or(i32x4.shl(v1b, n), i32x4.shr_u(v1b, 32 - n));
    v1a = i64x2.add(v1a, i64x2.add(m0a, low));
    v1b = i64x2.add(v1b, i64x2.add(m0b, high));
    m0a = v128.xor(m0a, multiply(v1a, v0a));
    m0b = v128.xor(m0b, multiply(v1b, v0b));
    v0a = i64x2.add(v0a, m1a);
    v0b = i64x2.add(v0b, m1b);
    m1a = v128.xor(m1a, multiply(v0a, v1a));
    m1b = v128.xor(m1b, multiply(v0b, v1b));
    v0a = i64x2.add(v0a, i8x16.swizzle(v1a, zipper));
    v0b = i64x2.add(v0b, i8x16.swizzle(v1b, zipper));
    v1a = i64x2.add(v1a, i8x16.swizzle(v0a, zipper));
    v1b = i64x2.add(v1b, i8x16.swizzle(v0b, zipper));
  }
  // Four final packets of the state itself, unrolled: much of the last one then falls away.
  low = swapHalves(v0b);
  high = swapHalves(v0a);
  v1a = i64x2.add(v1a, i64x2.add(m0a, low));
  v1b = i64x2.add(v1b, i64x2.add(m0b, high));
  m0a = v128.xor(m0a, multiply(v1a, v0a));
  m0b = v128.xor(m0b, multiply(v1b, v0b));
  v0a = i64x2.add(v0a, m1a);
  v0b = i64x2.add(v0b, m1b);
  m1a = v128.xor(m1a, multiply(v0a, v1a));
  m1b = v128.xor(m1b, multiply(v0b, v1b));
  v0a = i64x2.add(v0a, i8x16.swizzle(v1a, zipper));
  v0b = i64x2.add(v0b, i8x16.swizzle(v1b, zipper));
  v1a = i64x2.add(v1a, i8x16.swizzle(v0a, zipper));
  v1b = i64x2.add(v1b, i8x16.swizzle(v0b, zipper));

  low = swapHalves(v0b);
  high = swapHalves(v0a);
  v1a = i64x2.add(v1a, i64x2.add(m0a, low));
  v1b = i64x2.add(v1b, i64x2.add(m0b, high));
  m0a = v128.xor(m0a, multiply(v1a, v0a));
  m0b = v128.xor(m0b, multiply(v1b, v0b));
  v0a = i64x2.add(v0a, m1a);
  v0b = i64x2.add(v0b, m1b);
  m1a = v128.xor(m1a, multiply(v0a, v1a));
  m1b = v128.xor(m1b, multiply(v0b, v1b));
  v0a = i64x2.add(v0a, i8x16.swizzle(v1a, zipper));
  v0b = i64x2.add(v0b, i8x16.swizzle(v1b, zipper));
  v1a = i64x2.add(v1a, i8x16.swizzle(v0a, zipper));
  v1b = i64x2.add(v1b, i8x16.swizzle(v0b, zipper));

  low = swapHalves(v0b);
  high = swapHalves(v0a);
  v1a = i64x2.add(v1a, i64x2.add(m0a, low));
  v1b = i64x2.add(v1b, i64x2.add(m0b, high));
  m0a = v128.xor(m0a, multiply(v1a, v0a));
  m0b = v128.xor(m0b, multiply(v1b, v0b));
  v0a = i64x2.add(v0a, m1a);
  v0b = i64x2.add(v0b, m1b);
  m1a = v128.xor(m1a, multiply(v0a, v1a));
  m1b = v128.xor(m1b, multiply(v0b, v1b));
  v0a = i64x2.add(v0a, i8x16.swizzle(v1a, zipper));
  v0b = i64x2.add(v0b, i8x16.swizzle(v1b, zipper));
  v1a = i64x2.add(v1a, i8x16.swizzle(v0a, zipper));
  v1b = i64x2.add(v1b, i8x16.swizzle(v0b, zipper));

  low = swapHalves(v0b);
  high = swapHalves(v0a);
  v1a = i64x2.add(v1a, i64x2.add(m0a, low));
  v1b = i64x2.add(v1b, i64x2.add(m0b, high));
  m0a = v128.xor(m0a, multiply(v1a, v0a));
  m0b = v128.xor(m0b, multiply(v1b, v0b));
  v0a = i64x2.add(v0a, m1a);
  v0b = i64x2.add(v0b, m1b);
  m1a = v128.xor(m1a, multiply(v0a, v1a));
  m1b = v128.xor(m1b, multiply(v0b, v1b));
  v0a = i64x2.add(v0a, i8x16.swizzle(v1a, zipper));
  v0b = i64x2.add(v0b, i8x16.swizzle(v1b, zipper));
  v1a = i64x2.add(v1a, i8x16.swizzle(v0a, zipper));
  v1b = i64x2.add(v1b, i8x16.swizzle(v0b, zipper));
  const sum = i64x2.add(i64x2.add(v0a, v1a), i64x2.add(m0a, m1a));
  return <u64>i64x2.extract_lane(sum, 0);
}

/** Starts HASH_STATE from HASH_KEY. */
export function hashBegin(): void {
  hashStart(HASH_STATE, HASH_KEY);
}

/** Takes whole packets at `from` into HASH_STATE. */
export function hashUpdate(from: usize, bytes: usize): void {
  hashAbsorb(HASH_STATE, from, bytes);
}

/** The hash, with fewer than 32 last bytes at `from`. */
export function hashFinish(from: usize, bytes: usize): u64 {
  const zero = i64x2.splat(0);
  return hashPackets(HASH_STATE, zero, zero, from, bytes);
}
