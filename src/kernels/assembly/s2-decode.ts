// Decodes S2 blocks, which are Snappy blocks that may also repeat the last offset. Two at a time where there are two: one
// hides how long the other waits for its tags. Most elements go without branches and without looking at any end; the
// others, and those near an end, one by one.
import { S2_INPUT, S2_INPUT_2, S2_OUTPUT, S2_OUTPUT_2, S2_OUTPUT_BYTES, S2_STATES, S2_TAKES } from './memory';
import { elementCount, elementEnd, elementOffset, isLiteral, readElement } from './s2-element';
import { ENTRY_SHIFT, GIVES, KEEPS, LONG_REPEAT, NEAR, OFFSET_ADDED, OFFSET_MASK } from './s2-tags';

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
/** So many elements are decoded one by one before the fast loop is tried again. */
const SLOW_STEPS: i32 = 16;
/**
 * The fast loop holds its output this far behind, and offsets less NEAR. So the distance to what a copy repeats, and
 * whether it is near or before the start, each need one operation, and literals and copies are loaded alike.
 */
const BEHIND: usize = NEAR + 1;

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
    let toA = load<usize>(FIRST, TO) - BEHIND;
    let lastA = load<usize>(FIRST, OFFSET) - NEAR;
    let atB = load<usize>(SECOND, AT);
    let toB = load<usize>(SECOND, TO) - BEHIND;
    let lastB = load<usize>(SECOND, OFFSET) - NEAR;
    let slow: usize = 0;
    while (left-- != 0) {
      const takeA = <usize>load<u8>(<usize>load<u8>(atA), S2_TAKES);
      const pairA = <u32>load<u16>(atA);
      const entryA = (<usize>select(pairA, (pairA & 0xff) + 256, pairA < 256)) << ENTRY_SHIFT;
      const keepsA = <u32>load<u16>(entryA, KEEPS);
      const givenA = (load<u32>(atA, 1) & load<u32>(entryA, OFFSET_MASK)) + load<u32>(entryA, OFFSET_ADDED);
      const offsetA = <usize>select(lastA, givenA, keepsA != 0);
      if (offsetA > toA - (S2_OUTPUT - 1)) {
        slow = FIRST;
        break;
      }
      const fromA = select(atA, toA - offsetA, (pairA & 3) == 0);
      const countA = <usize>load<u8>(entryA, GIVES) + <usize>(load<u8>(atA, 2) & keepsA);
      v128.store(toA, v128.load(fromA, 1), BEHIND);
      v128.store(toA, v128.load(fromA, 17), BEHIND + 16);
      if (countA > 32) {
        if (countA > MOST_OUT) {
          slow = FIRST;
          break;
        }
        v128.store(toA, v128.load(fromA, 33), BEHIND + 32);
        v128.store(toA, v128.load(fromA, 49), BEHIND + 48);
      }
      lastA = offsetA;
      toA += countA;
      atA = atA + <usize>(pairA == LONG_REPEAT) + takeA;

      const takeB = <usize>load<u8>(<usize>load<u8>(atB), S2_TAKES);
      const pairB = <u32>load<u16>(atB);
      const entryB = (<usize>select(pairB, (pairB & 0xff) + 256, pairB < 256)) << ENTRY_SHIFT;
      const keepsB = <u32>load<u16>(entryB, KEEPS);
      const givenB = (load<u32>(atB, 1) & load<u32>(entryB, OFFSET_MASK)) + load<u32>(entryB, OFFSET_ADDED);
      const offsetB = <usize>select(lastB, givenB, keepsB != 0);
      if (offsetB > toB - (S2_OUTPUT_2 - 1)) {
        slow = SECOND;
        break;
      }
      const fromB = select(atB, toB - offsetB, (pairB & 3) == 0);
      const countB = <usize>load<u8>(entryB, GIVES) + <usize>(load<u8>(atB, 2) & keepsB);
      v128.store(toB, v128.load(fromB, 1), BEHIND);
      v128.store(toB, v128.load(fromB, 17), BEHIND + 16);
      if (countB > 32) {
        if (countB > MOST_OUT) {
          slow = SECOND;
          break;
        }
        v128.store(toB, v128.load(fromB, 33), BEHIND + 32);
        v128.store(toB, v128.load(fromB, 49), BEHIND + 48);
      }
      lastB = offsetB;
      toB += countB;
      atB = atB + <usize>(pairB == LONG_REPEAT) + takeB;
    }
    store<usize>(FIRST, atA, AT);
    store<usize>(FIRST, toA + BEHIND, TO);
    store<usize>(FIRST, lastA + NEAR, OFFSET);
    store<usize>(SECOND, atB, AT);
    store<usize>(SECOND, toB + BEHIND, TO);
    store<usize>(SECOND, lastB + NEAR, OFFSET);
    if (slow != 0) elements(slow);
  }
}

/** Decodes one block to its end, or until `enough` bytes are decoded. */
function run(state: usize, enough: usize): void {
  while (load<i32>(state, VERDICT) == GOING) {
    let left = room(state);
    const out = load<usize>(state, OUT);
    const made = load<usize>(state, TO) - out;
    if (made >= enough) return;
    left = min(left, (enough - made) / MOST_OUT + 1);
    let at = load<usize>(state, AT);
    let to = out + made - BEHIND;
    let last = load<usize>(state, OFFSET) - NEAR;
    const base = out - 1;
    while (left-- != 0) {
      const take = <usize>load<u8>(<usize>load<u8>(at), S2_TAKES);
      const pair = <u32>load<u16>(at);
      const entry = (<usize>select(pair, (pair & 0xff) + 256, pair < 256)) << ENTRY_SHIFT;
      const keeps = <u32>load<u16>(entry, KEEPS);
      const given = (load<u32>(at, 1) & load<u32>(entry, OFFSET_MASK)) + load<u32>(entry, OFFSET_ADDED);
      const offset = <usize>select(last, given, keeps != 0);
      if (offset > to - base) break;
      const from = select(at, to - offset, (pair & 3) == 0);
      const count = <usize>load<u8>(entry, GIVES) + <usize>(load<u8>(at, 2) & keeps);
      v128.store(to, v128.load(from, 1), BEHIND);
      v128.store(to, v128.load(from, 17), BEHIND + 16);
      if (count > 32) {
        if (count > MOST_OUT) break;
        v128.store(to, v128.load(from, 33), BEHIND + 32);
        v128.store(to, v128.load(from, 49), BEHIND + 48);
      }
      last = offset;
      to += count;
      at = at + <usize>(pair == LONG_REPEAT) + take;
    }
    store<usize>(state, at, AT);
    store<usize>(state, to + BEHIND, TO);
    store<usize>(state, last + NEAR, OFFSET);
    elements(state);
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

/** Decodes one element, and a few behind it while the last offset is near: the fast loop would stop at their literals. */
function elements(state: usize): void {
  let left = SLOW_STEPS;
  do {
    element(state);
  } while (--left != 0 && load<i32>(state, VERDICT) == GOING && load<usize>(state, OFFSET) < NEAR);
}

/** Decodes one element of any kind, everything checked; behind the last one, the verdict. */
function element(state: usize): void {
  const at = load<usize>(state, AT);
  const end = load<usize>(state, END);
  const to = load<usize>(state, TO);
  const limit = load<usize>(state, LIMIT);
  if (at == end) {
    store<i32>(state, to == limit ? DONE : CORRUPT, VERDICT);
    return;
  }
  store<i32>(state, CORRUPT, VERDICT);
  if (!readElement(at, end, load<usize>(state, OFFSET))) return;
  const count = elementCount;
  if (count > limit - to) return;
  if (isLiteral) {
    const from = elementEnd - count;
    // A short one takes less than the call that memory.copy is. The input lies far before the output.
    if (count <= MOST_OUT) copyBack(to, to - from, count, limit);
    else memory.copy(to, from, count);
  } else {
    const offset = elementOffset;
    if (offset > to - load<usize>(state, OUT)) return;
    copyBack(to, offset, count, limit);
    store<usize>(state, offset, OFFSET);
  }
  store<usize>(state, elementEnd, AT);
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
