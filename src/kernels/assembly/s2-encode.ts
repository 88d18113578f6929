// Encodes one S2 block: literals, and copies of what came before. Positions are addresses: the input is read where it lies.
// Branches that data decides cost more than work in vain, so what is short is written without any.
import { ENCODE_OUTPUT, ENCODE_TABLE } from './memory';
import { MOST_HEAD, putLength, putLiteral, putMatch, sameBits, sameUntil } from './s2-put';

/**
 * A place in the input is found again by seven bytes. What they multiply to gives an entry of the table and, above the place that
 * is kept there, a mark: seldom are other bytes taken for the same, so the input is not looked at where nothing is found. Of places
 * that share an entry the last one stays.
 */
const TABLE_BITS: usize = 14;
const MULTIPLIER: u64 = 0x9e3779b97f4a7b00;
const MARK: u32 = 0xffc00000;
/** Below this is a place, counted from the input's start: what an empty entry gives is not. */
const NO_PLACE: u32 = 0x3fffff;

/**
 * Of so many places the first is looked at and, both at once, the third and the sixth: of the patterns that are as fast, the one
 * that makes blocks as small as the servers' encoder does, of long records and of short ones.
 */
const STEP: usize = 8;

/** Where nothing was found for long, places are left out, up to this many. */
const LONGEST_SKIP: usize = 252;

/** Bytes before the end where no match is looked for, so that whole vectors are read of the input only. */
const MARGIN: usize = 40;

/** Where the table has the entry for what seven bytes multiply to. */
function slot(product: u64): usize {
  return (<usize>(product >> (64 - TABLE_BITS))) << 2;
}

function mark(product: u64): u32 {
  return <u32>(product >> (32 - TABLE_BITS)) & MARK;
}

/** The place where bytes of this mark were seen; no less than NO_PLACE where others were. */
function seen(slot: usize, mark: u32): u32 {
  return load<u32>(slot, ENCODE_TABLE) - mark;
}

function see(slot: usize, mark: u32, place: u32): void {
  store<u32>(slot, mark + place, ENCODE_TABLE);
}

/** How many of the eight bytes before both places are the same. */
function sameBefore(at: usize, before: usize): usize {
  return <usize>(clz(load<u64>(at - 8) ^ load<u64>(before - 8)) >> 3);
}

/** All of the input as one literal: what never grows by more than the head. */
function putStored(from: usize, bytes: usize): usize {
  return putLiteral(putLength(ENCODE_OUTPUT, bytes), from, bytes) - ENCODE_OUTPUT;
}

function clearTable(): void {
  const entries = i32x4.splat(-1);
  for (let entry: usize = 0; entry < 4 << TABLE_BITS; entry += 64) {
    v128.store(entry, entries, ENCODE_TABLE);
    v128.store(entry, entries, ENCODE_TABLE + 16);
    v128.store(entry, entries, ENCODE_TABLE + 32);
    v128.store(entry, entries, ENCODE_TABLE + 48);
  }
}

/** Encodes the `bytes` bytes that lie at `from` as a block at ENCODE_OUTPUT. Returns its length. */
export function s2Encode(from: usize, bytes: usize): usize {
  if (bytes <= MARGIN) return putStored(from, bytes);
  clearTable();
  const end = from + bytes;
  const stop = end - MARGIN;
  let to = putLength(ENCODE_OUTPUT, bytes);
  let pending = from;
  let at = from;
  while (at < stop) {
    // Often the next match begins where one ends: this may well be foretold, which of the other places has one may not.
    const place = <u32>(at - from);
    const product = load<u64>(at) * MULTIPLIER;
    const markHere = mark(product);
    let found = seen(slot(product), markHere);
    see(slot(product), markHere, place);
    let here = at;
    if (found >= NO_PLACE) {
      const product2 = load<u64>(at, 2) * MULTIPLIER;
      const product5 = load<u64>(at, 5) * MULTIPLIER;
      const mark2 = mark(product2);
      const mark5 = mark(product5);
      const seen2 = seen(slot(product2), mark2);
      see(slot(product2), mark2, place + 2);
      const seen5 = seen(slot(product5), mark5);
      see(slot(product5), mark5, place + 5);
      const isThird = seen2 < NO_PLACE;
      found = select<u32>(seen2, seen5, isThird);
      here = at + select<usize>(2, 5, isThird);
      if (found >= NO_PLACE) {
        at += STEP + min((at - pending) >> 5, LONGEST_SKIP);
        continue;
      }
    }
    const before = from + found;
    const same = sameBits(here, before) | (sameBits(here + 16, before + 16) << 16);
    if ((same & 0x7f) != 0x7f) {
      at += STEP;
      continue;
    }
    let until = here + <usize>ctz(~same);
    if (same == 0xffffffff) until = sameUntil(here + 32, before + 32, end);
    const start = here - min(sameBefore(here, before), min(here - pending, <usize>found));
    to = putMatch(to, pending, start - pending, here - before, until - start);
    at = pending = until;
  }
  to = putLiteral(to, pending, end - pending);
  // Seven bytes may cost nine: a long literal's head and a far copy. In all, that is less than the region has room for.
  return to > ENCODE_OUTPUT + bytes + MOST_HEAD ? putStored(from, bytes) : to - ENCODE_OUTPUT;
}
