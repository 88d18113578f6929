// Decodes S2 blocks, which are Snappy blocks that may also repeat the last offset. Two at a time where there are two: one
// hides how long the other waits for its tags. Most elements go without branches and without looking at any end; the
// others, and those near an end, one by one.
import { S2_INPUT, S2_INPUT_2, S2_OUTPUT, S2_OUTPUT_2, S2_OUTPUT_BYTES, S2_STATES, S2_TABLE } from './memory';

// How far a block has come, 4 bytes each.
const AT: usize = 0;
const TO: usize = 4;
const END: usize = 8;
const OUT: usize = 12;
const LIMIT: usize = 16;
const OFFSET: usize = 20;
const VERDICT: usize = 24;

const FIRST: usize = S2_STATES;
const SECOND: usize = S2_STATES + 32;

const GOING: i32 = 0;
const DONE: i32 = 1;
const CORRUPT: i32 = -1;

/** The most that an element of the fast loop writes, and takes from the input. */
const MOST_OUT: usize = 64;
const MOST_IN: usize = 61;
/** As many steps of the loop as a repeat with one length byte may write at most. */
const REPEAT_STEPS: usize = 5;
/** Copies from nearer than this see what they write themselves. */
const NEAR: usize = 16;

/**
 * For each tag: bits 0-7 the bytes it gives, 8-14 those it takes, 15 whether it is a literal, 16-31 what is added to the
 * offset behind it, 32-63 the mask of that offset. What the fast loop cannot do has an offset below NEAR.
 */
export function prepareS2Table(): void {
  for (let tag: u64 = 0; tag < 256; tag++) {
    const m = tag >> 2;
    let entry: u64 = 0;
    if ((tag & 3) == 0) entry = m < 60 ? (m + 1) | ((m + 2) << 8) | (1 << 15) | ((<u64>NEAR) << 16) : 0;
    else if ((tag & 3) == 1)
      entry = ((m & 7) + 4) | (2 << 8) | (((tag & 0xe0) << 3) << 16) | ((<u64>0xff) << 32);
    else if ((tag & 3) == 2) entry = (m + 1) | (3 << 8) | ((<u64>0xffff) << 32);
    else entry = (m + 1) | (5 << 8) | ((<u64>0xffffffff) << 32);
    store<u64>(S2_TABLE + <usize>tag * 8, entry);
  }
}

/** Makes ready for the block of `bytes` bytes at `input`. */
function begin(state: usize, input: usize, bytes: usize, output: usize): void {
  const end = input + bytes;
  let value: u64 = 0;
  let shift: u64 = 0;
  store<i32>(state, CORRUPT, VERDICT);
  store<usize>(state, output, TO);
  store<usize>(state, output, OUT);
  for (let at = input; at < end && shift < 35; at++, shift += 7) {
    const b = load<u8>(at);
    value |= (<u64>(b & 0x7f)) << shift;
    if (b >= 0x80) continue;
    store<usize>(state, at + 1, AT);
    store<usize>(state, end, END);
    store<usize>(state, output + <usize>value, LIMIT);
    store<usize>(state, 0, OFFSET);
    if (value <= <u64>S2_OUTPUT_BYTES) store<i32>(state, GOING, VERDICT);
    return;
  }
}

/** How many elements neither end is in the way of. */
function room(state: usize): usize {
  const to = load<usize>(state, TO);
  if (to - load<usize>(state, OUT) < NEAR) return 0;
  return min(
    (load<usize>(state, LIMIT) - to) / MOST_OUT,
    (load<usize>(state, END) - load<usize>(state, AT)) / MOST_IN,
  );
}

/** A repeat whose length takes no more than one byte: what it gives, and in the upper half what it takes; else 0. */
function shortRepeat(at: usize): usize {
  const word = load<u32>(at);
  const count = (word >> 2) & 7;
  if ((word & 0xffe3) != 1 || count > 5) return 0;
  return count < 5 ? (count + 4) | (2 << 16) : (8 + ((word >> 16) & 0xff)) | (3 << 16);
}

/** Copies from NEAR or farther; writes up to 31 bytes too many. */
function copyFar(to: usize, offset: usize, count: usize): void {
  for (const stop = to + count; to < stop; to += 32) {
    v128.store(to, v128.load(to - offset));
    v128.store(to, v128.load(to - offset, 16), 16);
  }
}

/** Decodes two blocks until one of them is at its end. */
function runBoth(): void {
  while (load<i32>(FIRST, VERDICT) == GOING && load<i32>(SECOND, VERDICT) == GOING) {
    const roomA = room(FIRST);
    const roomB = room(SECOND);
    if (roomA == 0) {
      element(FIRST);
      continue;
    }
    if (roomB == 0) {
      element(SECOND);
      continue;
    }
    let left = min(roomA, roomB);
    let atA = load<usize>(FIRST, AT);
    let toA = load<usize>(FIRST, TO);
    let lastA = load<usize>(FIRST, OFFSET);
    let atB = load<usize>(SECOND, AT);
    let toB = load<usize>(SECOND, TO);
    let lastB = load<usize>(SECOND, OFFSET);
    let slow: usize = 0;
    while (left-- != 0) {
      const entryA = load<u64>((<usize>load<u8>(atA)) << 3, S2_TABLE);
      const offsetA = <usize>((load<u32>(atA, 1) & <u32>(entryA >> 32)) + (<u32>entryA >> 16));
      if (offsetA - NEAR > toA - (S2_OUTPUT + NEAR)) {
        const repeat = shortRepeat(atA);
        if (repeat == 0 || lastA < NEAR || left < REPEAT_STEPS) {
          slow = FIRST;
          break;
        }
        copyFar(toA, lastA, repeat & 0xffff);
        atA += repeat >> 16;
        toA += repeat & 0xffff;
        left -= REPEAT_STEPS;
      } else {
        const literalA = <u32>entryA & 0x8000;
        const fromA = select(atA + 1, toA - offsetA, literalA != 0);
        const countA = <usize>(<u32>entryA & 0xff);
        v128.store(toA, v128.load(fromA));
        v128.store(toA, v128.load(fromA, 16), 16);
        if (countA > 32) {
          v128.store(toA, v128.load(fromA, 32), 32);
          v128.store(toA, v128.load(fromA, 48), 48);
        }
        lastA = select(lastA, offsetA, literalA != 0);
        atA += <usize>((<u32>entryA >> 8) & 0x7f);
        toA += countA;
      }
      const entryB = load<u64>((<usize>load<u8>(atB)) << 3, S2_TABLE);
      const offsetB = <usize>((load<u32>(atB, 1) & <u32>(entryB >> 32)) + (<u32>entryB >> 16));
      if (offsetB - NEAR > toB - (S2_OUTPUT_2 + NEAR)) {
        const repeat = shortRepeat(atB);
        if (repeat == 0 || lastB < NEAR || left < REPEAT_STEPS) {
          slow = SECOND;
          break;
        }
        copyFar(toB, lastB, repeat & 0xffff);
        atB += repeat >> 16;
        toB += repeat & 0xffff;
        left -= REPEAT_STEPS;
      } else {
        const literalB = <u32>entryB & 0x8000;
        const fromB = select(atB + 1, toB - offsetB, literalB != 0);
        const countB = <usize>(<u32>entryB & 0xff);
        v128.store(toB, v128.load(fromB));
        v128.store(toB, v128.load(fromB, 16), 16);
        if (countB > 32) {
          v128.store(toB, v128.load(fromB, 32), 32);
          v128.store(toB, v128.load(fromB, 48), 48);
        }
        lastB = select(lastB, offsetB, literalB != 0);
        atB += <usize>((<u32>entryB >> 8) & 0x7f);
        toB += countB;
      }
    }
    store<usize>(FIRST, atA, AT);
    store<usize>(FIRST, toA, TO);
    store<usize>(FIRST, lastA, OFFSET);
    store<usize>(SECOND, atB, AT);
    store<usize>(SECOND, toB, TO);
    store<usize>(SECOND, lastB, OFFSET);
    if (slow != 0) element(slow);
  }
}

/** Decodes one block to its end, or until `enough` bytes are decoded. */
function run(state: usize, enough: usize): void {
  while (load<i32>(state, VERDICT) == GOING) {
    let left = room(state);
    let at = load<usize>(state, AT);
    let to = load<usize>(state, TO);
    let last = load<usize>(state, OFFSET);
    const out = load<usize>(state, OUT);
    if (to - out >= enough) return;
    left = min(left, (enough - (to - out)) / MOST_OUT + 1);
    while (left-- != 0) {
      const entry = load<u64>((<usize>load<u8>(at)) << 3, S2_TABLE);
      const offset = <usize>((load<u32>(at, 1) & <u32>(entry >> 32)) + (<u32>entry >> 16));
      if (offset - NEAR > to - out - NEAR) {
        const repeat = shortRepeat(at);
        if (repeat == 0 || last < NEAR || left < REPEAT_STEPS) break;
        copyFar(to, last, repeat & 0xffff);
        at += repeat >> 16;
        to += repeat & 0xffff;
        left -= REPEAT_STEPS;
        continue;
      }
      const literal = <u32>entry & 0x8000;
      const from = select(at + 1, to - offset, literal != 0);
      const count = <usize>(<u32>entry & 0xff);
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      if (count > 32) {
        v128.store(to, v128.load(from, 32), 32);
        v128.store(to, v128.load(from, 48), 48);
      }
      last = select(last, offset, literal != 0);
      at += <usize>((<u32>entry >> 8) & 0x7f);
      to += count;
    }
    store<usize>(state, at, AT);
    store<usize>(state, to, TO);
    store<usize>(state, last, OFFSET);
    element(state);
  }
}

/** Copies so that bytes which the copy itself wrote repeat. May write up to 31 bytes too many inside `limit`. */
function copyBack(to: usize, offset: usize, length: usize, limit: usize): void {
  let from = to - offset;
  const stop = to + length;
  if (offset >= 16 && stop + 32 <= limit) {
    while (to < stop) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      to += 32;
      from += 32;
    }
    return;
  }
  while (to < stop) store<u8>(to++, load<u8>(from++));
}

/** Decodes one element of any kind, everything checked; behind the last one, the verdict. */
function element(state: usize): void {
  let at = load<usize>(state, AT);
  const end = load<usize>(state, END);
  const to = load<usize>(state, TO);
  const limit = load<usize>(state, LIMIT);
  if (at == end) {
    store<i32>(state, to == limit ? DONE : CORRUPT, VERDICT);
    return;
  }
  store<i32>(state, CORRUPT, VERDICT);
  const tag = <usize>load<u8>(at++);
  let count = tag >> 2;
  if ((tag & 3) == 0) {
    if (count >= 60) {
      const width = count - 59;
      if (end - at < width) return;
      // Reads past the end of the input, into the slack; the mask drops it.
      const word = load<u32>(at);
      count = <usize>(width == 4 ? word : word & ((1 << (<u32>width * 8)) - 1));
      if (count >= S2_OUTPUT_BYTES) return;
      at += width;
    }
    count++;
    if (count > end - at || count > limit - to) return;
    memory.copy(to, at, count);
    at += count;
  } else {
    let offset = load<usize>(state, OFFSET);
    if ((tag & 3) == 1) {
      if (at == end) return;
      const near = ((tag & 0xe0) << 3) | <usize>load<u8>(at++);
      count = (tag >> 2) & 7;
      if (near != 0) {
        offset = near;
        count += 4;
      } else if (count < 5) {
        count += 4;
      } else {
        const width = count - 4;
        if (end - at < width) return;
        const word = <usize>(load<u32>(at) & ((1 << (<u32>width * 8)) - 1));
        count = word + (width == 1 ? 8 : width == 2 ? 260 : 65540);
        at += width;
      }
    } else {
      const width: usize = (tag & 3) == 2 ? 2 : 4;
      if (end - at < width) return;
      offset = width == 2 ? <usize>load<u16>(at) : <usize>load<u32>(at);
      at += width;
      count++;
    }
    if (offset == 0 || offset > to - load<usize>(state, OUT) || count > limit - to) return;
    copyBack(to, offset, count, limit);
    store<usize>(state, offset, OFFSET);
  }
  store<usize>(state, at, AT);
  store<usize>(state, to + count, TO);
  store<i32>(state, GOING, VERDICT);
}

/** The decoded length, or -1 where the block is corrupt. */
function lengthOf(state: usize): i32 {
  return load<i32>(state, VERDICT) == DONE ? <i32>(load<usize>(state, TO) - load<usize>(state, OUT)) : -1;
}

/** Decodes the block of `bytes` bytes at S2_INPUT to S2_OUTPUT. Returns the decoded length, or -1 where it is corrupt. */
export function s2Decode(bytes: usize): i32 {
  begin(FIRST, S2_INPUT, bytes, S2_OUTPUT);
  run(FIRST, usize.MAX_VALUE);
  return lengthOf(FIRST);
}

/** Decodes as much of a block as gives `enough` bytes, and no more than a little beyond. Returns how many, or -1. */
export function s2DecodeStart(bytes: usize, enough: usize): i32 {
  begin(FIRST, S2_INPUT, bytes, S2_OUTPUT);
  run(FIRST, enough);
  if (load<i32>(FIRST, VERDICT) == CORRUPT) return -1;
  return <i32>(load<usize>(FIRST, TO) - load<usize>(FIRST, OUT));
}

/** How far the last `s2Decode` came, where it failed too. */
export function s2Reached(): usize {
  return load<usize>(FIRST, TO) - load<usize>(FIRST, OUT);
}

export let s2SecondLength: i32 = -1;

/** Decodes a second block, at S2_INPUT_2 to S2_OUTPUT_2, beside the first: its length is left in s2SecondLength. */
export function s2DecodePair(bytes: usize, secondBytes: usize): i32 {
  begin(FIRST, S2_INPUT, bytes, S2_OUTPUT);
  begin(SECOND, S2_INPUT_2, secondBytes, S2_OUTPUT_2);
  runBoth();
  run(FIRST, usize.MAX_VALUE);
  run(SECOND, usize.MAX_VALUE);
  s2SecondLength = lengthOf(SECOND);
  return lengthOf(FIRST);
}
