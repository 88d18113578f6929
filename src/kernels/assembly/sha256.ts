// SHA-256 (FIPS 180-4), for the names that keys are made of and other small things: loading the system's takes longer
// than most of the work on a small archive.
import { SCRATCH, SHA_SCHEDULE } from './memory';

const ROUND = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
const START = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);

/** The schedule of a block, then the state. */
const STATE: usize = SHA_SCHEDULE + 256;

function word(at: usize): u32 {
  return load<u32>(SHA_SCHEDULE + at * 4);
}

function block(at: usize): void {
  for (let i: usize = 0; i < 16; i++) store<u32>(SHA_SCHEDULE + i * 4, bswap(load<u32>(at + i * 4)));
  for (let i: usize = 16; i < 64; i++) {
    const early = word(i - 15);
    const late = word(i - 2);
    const s0 = rotr(early, 7) ^ rotr(early, 18) ^ (early >> 3);
    const s1 = rotr(late, 17) ^ rotr(late, 19) ^ (late >> 10);
    store<u32>(SHA_SCHEDULE + i * 4, word(i - 16) + s0 + word(i - 7) + s1);
  }
  let a = load<u32>(STATE);
  let b = load<u32>(STATE, 4);
  let c = load<u32>(STATE, 8);
  let d = load<u32>(STATE, 12);
  let e = load<u32>(STATE, 16);
  let f = load<u32>(STATE, 20);
  let g = load<u32>(STATE, 24);
  let h = load<u32>(STATE, 28);
  for (let i: usize = 0; i < 64; i++) {
    const s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const one = h + s1 + ((e & f) ^ (~e & g)) + load<u32>(ROUND + i * 4) + word(i);
    const s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const two = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  store<u32>(STATE, load<u32>(STATE) + a);
  store<u32>(STATE, load<u32>(STATE, 4) + b, 4);
  store<u32>(STATE, load<u32>(STATE, 8) + c, 8);
  store<u32>(STATE, load<u32>(STATE, 12) + d, 12);
  store<u32>(STATE, load<u32>(STATE, 16) + e, 16);
  store<u32>(STATE, load<u32>(STATE, 20) + f, 20);
  store<u32>(STATE, load<u32>(STATE, 24) + g, 24);
  store<u32>(STATE, load<u32>(STATE, 28) + h, 28);
}

export function sha256Start(): void {
  memory.copy(STATE, START, 32);
}

/** Takes the `bytes` bytes at SCRATCH, a multiple of 64. */
export function sha256Update(bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 64) block(SCRATCH + at);
}

/** Takes the last `bytes` bytes at SCRATCH, fewer than 64, of `total` in all, and leaves the sum there. */
export function sha256Finish(bytes: usize, total: u64): void {
  const padded: usize = bytes < 56 ? 64 : 128;
  memory.fill(SCRATCH + bytes, 0, padded - bytes);
  store<u8>(SCRATCH + bytes, 0x80);
  store<u64>(SCRATCH + padded - 8, bswap<u64>(total << 3));
  sha256Update(padded);
  for (let i: usize = 0; i < 8; i++) store<u32>(SCRATCH + i * 4, bswap(load<u32>(STATE + i * 4)));
}
