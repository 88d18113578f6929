// Encodes one S2 block: literals, copies of what came before, and repeats of the last copy's offset.
import { ENCODE_INPUT, ENCODE_OUTPUT, ENCODE_TABLE } from './memory';

/** A place in the input is found again by six bytes; of places that share an entry the last one stays. */
const TABLE_BITS: u64 = 14;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** Bytes before the end where no match is looked for, so that whole words are read of the input only. */
const MARGIN: usize = 16;
/** A copy with an offset of four bytes must save something. */
const FAR: usize = 65536;

/** The address of the entry for the low six bytes of a word. */
function entry(word: u64, shift: u64): usize {
  return ENCODE_TABLE + ((<usize>(((word << 16) * MULTIPLIER) >> shift)) << 2);
}

/** How many bytes at `at` equal those at `before`, up to `end`. */
function alike(at: usize, before: usize, end: usize): usize {
  const from = at;
  while (at < end) {
    const difference = load<u64>(at) ^ load<u64>(before);
    if (difference != 0) {
      at += <usize>(ctz(difference) >> 3);
      break;
    }
    at += 8;
    before += 8;
  }
  return (at < end ? at : end) - from;
}

function putTag(to: usize, tag: usize, value: usize, width: usize): usize {
  store<u8>(to, <u8>tag);
  store<u32>(to, <u32>value, 1);
  return to + 1 + width;
}

/** Writes up to 31 bytes too many, into the slack or where the next element comes. */
function putLiteral(to: usize, from: usize, count: usize): usize {
  const last = count - 1;
  if (last < 60) {
    store<u8>(to++, <u8>(last << 2));
  } else if (last < 0x100) {
    to = putTag(to, 60 << 2, last, 1);
  } else if (last < 0x10000) {
    to = putTag(to, 61 << 2, last, 2);
  } else {
    to = putTag(to, 62 << 2, last, 3);
  }
  if (count > 256) {
    memory.copy(to, from, count);
    return to + count;
  }
  const stop = to + count;
  do {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    to += 32;
    from += 32;
  } while (to < stop);
  return stop;
}

/** A copy with the offset of the last one; `count` is 4 or more. */
function putRepeat(to: usize, count: usize): usize {
  if (count <= 8) {
    store<u16>(to, <u16>(((count - 4) << 2) | 1));
    return to + 2;
  }
  if (count < 264) return putTag(to, (5 << 2) | 1, (count - 8) << 8, 2);
  if (count < 65796) return putTag(to, (6 << 2) | 1, (count - 260) << 8, 3);
  return putTag(to, (7 << 2) | 1, (count - 65540) << 8, 4);
}

/** A copy with a new offset; `count` is 4 or more. A long one goes on as a repeat. */
function putCopy(to: usize, offset: usize, count: usize): usize {
  if (offset < 2048 && (count < 12 || count > 64)) {
    const first: usize = count < 12 ? count : 8;
    store<u8>(to, <u8>(((offset >> 8) << 5) | ((first - 4) << 2) | 1));
    store<u8>(to, <u8>offset, 1);
    return count < 12 ? to + 2 : putRepeat(to + 2, count - first);
  }
  const first: usize = count <= 64 ? count : 60;
  to =
    offset < FAR
      ? putTag(to, ((first - 1) << 2) | 2, offset, 2)
      : putTag(to, ((first - 1) << 2) | 3, offset, 4);
  return count <= 64 ? to : putRepeat(to, count - first);
}

function putLength(to: usize, value: usize): usize {
  while (value >= 0x80) {
    store<u8>(to++, <u8>(value | 0x80));
    value >>= 7;
  }
  store<u8>(to, <u8>value);
  return to + 1;
}

/** All of the input as one literal: what never grows by more than the head. */
function putStored(bytes: usize): usize {
  const to = putLength(ENCODE_OUTPUT, bytes);
  return (bytes == 0 ? to : putLiteral(to, ENCODE_INPUT, bytes)) - ENCODE_OUTPUT;
}

/** Encodes `bytes` bytes at ENCODE_INPUT as a block at ENCODE_OUTPUT. Returns its length. */
export function s2Encode(bytes: usize): usize {
  if (bytes <= MARGIN) return putStored(bytes);
  // Small inputs need, and clear, a part of the table only.
  const bits = min<u64>(TABLE_BITS, max<u64>(8, 64 - clz<u64>(bytes)));
  const shift = 64 - bits;
  memory.fill(ENCODE_TABLE, 0, (<usize>4) << (<usize>bits));

  const end = ENCODE_INPUT + bytes;
  const stop = end - MARGIN;
  let to = putLength(ENCODE_OUTPUT, bytes);
  const limit = to + bytes;
  let pending = ENCODE_INPUT;
  let offset: usize = 0;
  // An empty entry means the start of the input, which a match may well refer to.
  let at = ENCODE_INPUT + 1;
  while (at < stop) {
    const word = load<u64>(at);
    const place = entry(word, shift);
    let before = ENCODE_INPUT + <usize>load<u32>(place);
    store<u32>(place, <u32>(at - ENCODE_INPUT));
    let count: usize = 0;
    if (<u32>word == load<u32>(before)) {
      count = alike(at, before, end);
      while (at > pending && before > ENCODE_INPUT && load<u8>(at - 1) == load<u8>(before - 1)) {
        at--;
        before--;
        count++;
      }
    }
    const reach = at - before;
    if (count < 4 || (reach >= FAR && count < 7)) {
      at += 1 + ((at - pending) >> 6);
      continue;
    }
    const literal = at - pending;
    if (to + literal > limit) return putStored(bytes);
    if (literal != 0) to = putLiteral(to, pending, literal);
    to = reach == offset ? putRepeat(to, count) : putCopy(to, reach, count);
    offset = reach;
    at += count;
    pending = at;
  }
  if (to + (end - pending) > limit) return putStored(bytes);
  if (pending < end) to = putLiteral(to, pending, end - pending);
  return to - ENCODE_OUTPUT;
}
