const MASK = (1n << 64n) - 1n;
const INIT0 = [0xdbe6d5d5fe4cce2fn, 0xa4093822299f31d0n, 0x13198a2e03707344n, 0x243f6a8885a308d3n];
const INIT1 = [0x3bd39e10cb0ef593n, 0xc0acf169b5f18a8cn, 0xbe5466cf34e90c6cn, 0x452821e638d01377n];
/** Bytes of a pair of words that each byte of the merged pair is. */
const ZIPPER = [3, 12, 2, 5, 14, 1, 15, 0, 11, 4, 10, 13, 9, 6, 8, 7];

type Lanes = bigint[];
interface State {
  readonly v0: Lanes;
  readonly v1: Lanes;
  readonly m0: Lanes;
  readonly m1: Lanes;
}

/** HighwayHash-64, its definition step by step: 8 bytes. */
export function highwayHash64(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const k = words(key);
  const state: State = {
    v0: INIT0.map((x, i) => x ^ at(k, i)),
    v1: INIT1.map((x, i) => x ^ swapHalves(at(k, i))),
    m0: [...INIT0],
    m1: [...INIT1],
  };
  const whole = bytes.length - (bytes.length % 32);
  for (let from = 0; from < whole; from += 32) update(state, words(bytes.subarray(from, from + 32)));
  if (whole < bytes.length) remainder(state, bytes.subarray(whole));
  for (let round = 0; round < 4; round++) {
    update(
      state,
      [2, 3, 0, 1].map((i) => swapHalves(at(state.v0, i))),
    );
  }
  const out = new Uint8Array(8);
  const sum = at(state.v0, 0) + at(state.v1, 0) + at(state.m0, 0) + at(state.m1, 0);
  new DataView(out.buffer).setBigUint64(0, sum & MASK, true);
  return out;
}

function update({ v0, v1, m0, m1 }: State, packet: Lanes): void {
  for (let i = 0; i < 4; i++) {
    v1[i] = (at(v1, i) + at(packet, i) + at(m0, i)) & MASK;
    m0[i] = at(m0, i) ^ ((at(v1, i) & 0xffffffffn) * (at(v0, i) >> 32n));
    v0[i] = (at(v0, i) + at(m1, i)) & MASK;
    m1[i] = at(m1, i) ^ ((at(v0, i) & 0xffffffffn) * (at(v1, i) >> 32n));
  }
  addZipped(v0, v1);
  addZipped(v1, v0);
}

function addZipped(to: Lanes, from: Lanes): void {
  for (const pair of [0, 2]) {
    const joined = at(from, pair) | (at(from, pair + 1) << 64n);
    const zipped = ZIPPER.reduce(
      (sum, source, i) => sum | (((joined >> BigInt(8 * source)) & 0xffn) << BigInt(8 * i)),
      0n,
    );
    to[pair] = (at(to, pair) + (zipped & MASK)) & MASK;
    to[pair + 1] = (at(to, pair + 1) + (zipped >> 64n)) & MASK;
  }
}

function remainder(state: State, rest: Uint8Array): void {
  const n = rest.length;
  const odd = n & 3;
  for (let i = 0; i < 4; i++) {
    state.v0[i] = (at(state.v0, i) + (BigInt(n) << 32n) + BigInt(n)) & MASK;
    const v = at(state.v1, i);
    state.v1[i] = (rotate32(v >> 32n, n) << 32n) | rotate32(v & 0xffffffffn, n);
  }
  const packet = new Uint8Array(32);
  packet.set(rest.subarray(0, n - odd));
  if (n >= 16) packet.set(rest.subarray(n - 4), 28);
  else if (odd > 0) packet.set([rest[n - odd] ?? 0, rest[n - odd + (odd >> 1)] ?? 0, rest[n - 1] ?? 0], 16);
  update(state, words(packet));
}

function rotate32(half: bigint, by: number): bigint {
  return ((half << BigInt(by)) | (half >> BigInt(32 - by))) & 0xffffffffn;
}

function swapHalves(x: bigint): bigint {
  return (x >> 32n) | ((x & 0xffffffffn) << 32n);
}

function words(bytes: Uint8Array): Lanes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return [0, 8, 16, 24].map((offset) => view.getBigUint64(offset, true));
}

function at(lanes: readonly bigint[], i: number): bigint {
  return lanes[i] ?? 0n;
}
