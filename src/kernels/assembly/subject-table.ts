// Walks the subjects of an index.db: for each its length, the subject, how many messages it has, its first block and,
// where it has more than one message or `lastAlways`, its last block; all numbers are varints.
import { SCRATCH } from './memory';
import { subjectDigest } from './subject';
import { at, end, readFrom, readVarint, skip, value } from './varint';

const MOST_COUNT: u64 = 0x1fffffffffffff;

export let tableEntries: u32 = 0;
export let tableMessages: u64 = 0;
/** Of each subject its digest, as many times as it has messages. */
export let tableDigest: u64 = 0;

function readCount(): bool {
  return readVarint() && value <= MOST_COUNT;
}

function hasZero(from: usize, bytes: usize): bool {
  const zero = i8x16.splat(0);
  for (let left = <isize>bytes; left > 0; left -= 16, from += 16) {
    let hits = i8x16.bitmask(i8x16.eq(v128.load(from), zero));
    if (left < 16) hits &= (1 << (<i32>left)) - 1;
    if (hits != 0) return true;
  }
  return false;
}

export function subjectTableStart(): void {
  tableEntries = 0;
  tableMessages = 0;
  tableDigest = 0;
}

/** Takes whole entries of the `bytes` at SCRATCH, `most` in all; gives how many bytes they have. Stops where one is not sound. */
export function subjectTable(bytes: usize, most: u32, lastAlways: bool): usize {
  let taken = SCRATCH;
  readFrom(SCRATCH, bytes);
  while (tableEntries < most) {
    if (!readCount() || value == 0 || value > <u64>(end - at)) break;
    const subject = at;
    const subjectBytes = <usize>value;
    skip(subjectBytes);
    if (hasZero(subject, subjectBytes) || !readVarint()) break;
    const messages = value;
    if (!readCount() || ((lastAlways || messages > 1) && !readCount())) break;
    // More messages than 64 bits count.
    if (tableMessages + messages < messages) break;
    tableMessages += messages;
    tableDigest += subjectDigest(subject, subjectBytes) * messages;
    tableEntries++;
    taken = at;
  }
  return taken - SCRATCH;
}
