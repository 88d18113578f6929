// Encodes one S2 block: literals, and copies of what came before. Positions are addresses: the input is read where it lies.
// Branches that data decides cost more than work in vain, so what is short is written without any.
import { ENCODE_OUTPUT, ENCODE_TABLE } from './memory';
import { MOST_HEAD, putCopy, putLength, putLiteral, sameUntil } from './s2-put';

/** A place in the input is found again by seven bytes; of places that share an entry the last one stays. */
const TABLE_BITS: usize = 15;
const MULTIPLIER: u64 = 0x9e3779b97f4a7b00;

/**
 * Of so many places the first, the second and the fifth are looked at: of the patterns that are as fast, the one that makes blocks
 * as small as the servers' encoder does, of long records and of short ones.
 */
const STEP: usize = 8;

/** Where nothing was found for long, places are left out, up to this many. */
const LONGEST_SKIP: usize = 252;

/** Bytes before the end where no match is looked for, so that whole words are read of the input only. */
const MARGIN: usize = 24;
/** Where the table has the entry for the lower seven bytes of a word. */
function slot(word: u64): usize {
  return (<usize>((word * MULTIPLIER) >> (64 - TABLE_BITS))) << 2;
}

function seen(slot: usize): usize {
  return load<u32>(slot, ENCODE_TABLE);
}

function see(slot: usize, at: usize): void {
  store<u32>(slot, at, ENCODE_TABLE);
}

/** Whether the seven bytes at `at` are the lower ones of a word. */
function fits(at: usize, word: u64): bool {
  return (load<u64>(at) ^ word) << 8 == 0;
}

/** How many bytes before both places are the same; `most` at the most. */
function sameBefore(at: usize, before: usize, most: usize): usize {
  let count: usize = 0;
  let same: usize;
  do {
    same = <usize>(clz(load<u64>(at - count - 8) ^ load<u64>(before - count - 8)) >> 3);
    count += same;
  } while (same == 8 && count < most);
  return min(count, most);
}

/** All of the input as one literal: what never grows by more than the head. */
function putStored(from: usize, bytes: usize): usize {
  return putLiteral(putLength(ENCODE_OUTPUT, bytes), from, bytes) - ENCODE_OUTPUT;
}

/** Has every entry say that its bytes were seen at the input's first place, which a match may well refer to. */
function clearTable(from: usize): void {
  const entries = i32x4.splat(<i32>from);
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
  clearTable(from);
  const end = from + bytes;
  const stop = end - MARGIN;
  let to = putLength(ENCODE_OUTPUT, bytes);
  let pending = from;
  let at = from + 1;
  while (at < stop) {
    const word = load<u64>(at);
    const word1 = word >> 8;
    const word4 = load<u64>(at, 4);
    const slot0 = slot(word);
    const slot1 = slot(word1);
    const slot4 = slot(word4);
    const seen0 = seen(slot0);
    const seen1 = seen(slot1);
    see(slot0, at);
    see(slot1, at + 1);
    const seen4 = seen(slot4);
    see(slot4, at + 4);
    let found: usize;
    if (fits(seen0, word)) {
      found = seen0;
    } else if (fits(seen1, word1)) {
      found = seen1;
      at++;
    } else if (fits(seen4, word4)) {
      found = seen4;
      at += 4;
    } else {
      at += STEP + min((at - pending) >> 5, LONGEST_SKIP);
      continue;
    }
    let until = sameUntil(at + 7, found + 7, end);
    const more = sameBefore(at, found, min(at - pending, found - from));
    at -= more;
    found -= more;
    to = putLiteral(to, pending, at - pending);
    // Often the next match begins where one ends.
    while (true) {
      to = putCopy(to, at - found, until - at);
      at = until;
      if (at >= stop) break;
      const word = load<u64>(at - 2);
      see(slot(word), at - 2);
      see(slot(word >> 8), at - 1);
      const next = load<u64>(at);
      const here = slot(next);
      found = seen(here);
      see(here, at);
      if (!fits(found, next)) {
        at++;
        break;
      }
      until = sameUntil(at + 7, found + 7, end);
    }
    pending = until;
  }
  to = putLiteral(to, pending, end - pending);
  // Seven bytes may cost nine: a long literal's head and a far copy. In all, that is less than the region has room for.
  return to > ENCODE_OUTPUT + bytes + MOST_HEAD ? putStored(from, bytes) : to - ENCODE_OUTPUT;
}
