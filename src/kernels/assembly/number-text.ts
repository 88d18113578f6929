// Numbers and times as text.
import { LINES_TIME } from './memory';

const ZEROS: u64 = 0x3030303030303030;
const EIGHT: u64 = 100_000_000;
const NS_PER_SECOND: i64 = 1_000_000_000;
const SECOND_BYTES: usize = 19;
const SECONDS_A_DAY: i64 = 86_400;
/** Days from 1 March of the year 0 to 1970. */
const FROM_MARCH_0: i64 = 719_468;
const DASH: u8 = 0x2d;
const COLON: u8 = 0x3a;

/** The second whose text lies at LINES_TIME, in ns since 1970. */
let knownSecond: i64 = 0;
let isKnown: bool = false;

/** What lies at LINES_TIME is not of this time. */
export function forgetSecond(): void {
  isKnown = false;
}

/** Eight digits of a number below 10^8, the first in the lowest byte. */
function eightDigits(value: u64): u64 {
  const fours = (value / 10000) | ((value % 10000) << 32);
  const hundreds = ((fours * 10486) >> 20) & 0x7f0000007f;
  const twos = hundreds | ((fours - hundreds * 100) << 16);
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f;
  return tens | ((twos - tens * 10) << 8);
}

/** Writes a number; gives where it ends. Writes up to 7 bytes further. */
export function writeNumber(to: usize, value: u64): usize {
  if (value >= EIGHT) {
    to = writeNumber(to, value / EIGHT);
    store<u64>(to, eightDigits(value % EIGHT) | ZEROS);
    return to + 8;
  }
  const digits = eightDigits(value);
  const leading = value == 0 ? 7 : ctz(digits) >> 3;
  store<u64>(to, (digits | ZEROS) >> (leading << 3));
  return to + 8 - <usize>leading;
}

/** Writes a time in ns since 1970 as RFC 3339 does, without the zeros at its end; gives where it ends. Writes up to 12 bytes further. */
export function writeTime(to: usize, time: i64): usize {
  let fraction = time - knownSecond;
  // Between the first times and the last the difference has no room: their signs differ.
  if (!isKnown || (time ^ knownSecond) < 0 || fraction < 0 || fraction >= NS_PER_SECOND) {
    fraction = time % NS_PER_SECOND;
    const second = time / NS_PER_SECOND - <i64>(fraction < 0);
    if (fraction < 0) fraction += NS_PER_SECOND;
    knownSecond = time - fraction;
    // The first second of all begins before the first time.
    isKnown = knownSecond <= time;
    writeSecond(second);
  }
  v128.store(to, v128.load(LINES_TIME));
  store<u32>(to, load<u32>(LINES_TIME, 16), 16);
  to += SECOND_BYTES;
  if (fraction != 0) {
    const last = <u64>fraction % 10;
    const digits = eightDigits(<u64>fraction / 10);
    store<u8>(to, 0x2e);
    store<u64>(to, digits | ZEROS, 1);
    store<u8>(to, <u8>last | 0x30, 9);
    to += last != 0 ? 10 : 9 - <usize>(clz(digits) >> 3);
  }
  store<u8>(to, 0x5a);
  return to + 1;
}

/** Writes `YYYY-MM-DDThh:mm:ss` to LINES_TIME; the year is one of four digits. */
function writeSecond(second: i64): void {
  // Years begin in March, so that the leap day is the last of its year.
  const all = second + FROM_MARCH_0 * SECONDS_A_DAY;
  const days = <u32>(all / SECONDS_A_DAY);
  const clock = <u32>(all % SECONDS_A_DAY);
  // The last of four centuries and of four years has a day more: it is not a fifth.
  const ofEra = days % 146_097;
  const century = min<u32>(ofEra / 36_524, 3);
  const ofCentury = ofEra - century * 36_524;
  const ofFour = ofCentury % 1461;
  const yearOfFour = min<u32>(ofFour / 365, 3);
  const ofYear = ofFour - yearOfFour * 365;
  // Five months have 153 days from March on, and again from August on.
  const month = (ofYear * 5 + 2) / 153;
  const day = ofYear - (month * 153 + 2) / 5 + 1;
  const year = (days / 146_097) * 400 + century * 100 + (ofCentury / 1461) * 4 + yearOfFour;
  const yearWritten = month < 10 ? year : year + 1;
  writePair(0, yearWritten / 100, 0x30);
  writePair(2, yearWritten % 100, DASH);
  writePair(5, month < 10 ? month + 3 : month - 9, DASH);
  writePair(8, day, 0x54);
  writePair(11, clock / 3600, COLON);
  writePair(14, (clock / 60) % 60, COLON);
  writePair(17, clock % 60, COLON);
}

/** Two digits at a place of the text, and what stands behind them. */
function writePair(place: usize, value: u32, behind: u8): void {
  store<u8>(LINES_TIME + place, <u8>(value / 10) | 0x30);
  store<u8>(LINES_TIME + place, <u8>(value % 10) | 0x30, 1);
  store<u8>(LINES_TIME + place, behind, 2);
}
