// What each tag of an S2 block says, as the fast loop reads it. A repeat differs from a copy by the byte behind the tag
// alone, a zero, so there are two entries for each tag: where that byte is zero, and where it is not.
import { S2_TABLE, S2_TAKES } from './memory';

/** Copies from nearer than this see what they write themselves, so none of the fast loop's is. */
export const NEAR: usize = 16;
/** The only repeat with a length byte that the loop knows: its tag, with a zero behind it. */
export const LONG_REPEAT: u32 = 0x15;

/** Entries are 16 bytes: an index times that is where one lies. */
export const ENTRY_SHIFT: usize = 4;
/** What of the bytes behind the tag is the offset, and what is added to it, less NEAR; 4 bytes each. */
export const OFFSET_MASK: usize = S2_TABLE;
export const OFFSET_ADDED: usize = S2_TABLE + 4;
/** 2 bytes. Not 0 where the last offset stays; then the lower one says which bits of the byte after next count as length. */
export const KEEPS: usize = S2_TABLE + 8;
/** How many bytes the element gives, but for that length. */
export const GIVES: usize = S2_TABLE + 10;

const STAYS: u16 = 0x100;
const STAYS_WITH_LENGTH: u16 = 0x1ff;

export function prepareS2Tags(): void {
  for (let tag: u32 = 0; tag < 256; tag++) {
    const count = tag >> 2;
    const kind = tag & 3;
    if (kind == 0) {
      // No offset of its own, nor the last one: so a long literal is not for the loop.
      both(tag, 0, 0, count < 60 ? STAYS : 0, count + 1, count + 2);
    } else if (kind == 1) {
      both(tag, 0xff, (tag & 0xe0) << 3, 0, (count & 7) + 4, 2);
      if (count < 5) entry(tag, 0, 0, STAYS, count + 4);
      else if (count == 5) entry(tag, 0, 0, STAYS_WITH_LENGTH, 8);
    } else if (kind == 2) {
      both(tag, 0xffff, 0, 0, count + 1, 3);
    } else {
      both(tag, 0xffffffff, 0, 0, count + 1, 5);
    }
  }
}

function both(tag: u32, mask: u32, added: u32, keeps: u16, gives: u32, takes: u32): void {
  entry(tag, mask, added, keeps, gives);
  entry(tag + 256, mask, added, keeps, gives);
  store<u8>(S2_TAKES + tag, <u8>takes);
}

function entry(index: usize, mask: u32, added: u32, keeps: u16, gives: u32): void {
  const at = index << ENTRY_SHIFT;
  store<u32>(at, mask, OFFSET_MASK);
  store<u32>(at, added - <u32>NEAR, OFFSET_ADDED);
  store<u16>(at, keeps, KEEPS);
  store<u8>(at, <u8>gives, GIVES);
}
