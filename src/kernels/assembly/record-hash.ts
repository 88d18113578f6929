// The checksum of one record. Its hashed bytes lie apart where it has a header: the subject is moved up to them.
import { hashPackets, hashStart } from './highway-hash';
import { HASH_KEY, SCAN, SCAN_KEY_STATE, SCAN_SHORT } from './memory';

/** The hash of the record at `at`, whose length fits. With a header the subject moves up by 4 bytes. */
export function hashRecord(at: usize, word: u32, subjectBytes: usize): u64 {
  let body = at + 22;
  const total = <usize>(word & 0x7fffffff) - 14 - ((word >> 31) << 2);
  if (word >> 31) {
    body = at + 26;
    moveUp(body, subjectBytes);
  }
  const low = v128.load(at, 4);
  const high = v128.load(body);
  if (total >= 32) return hashPackets(SCAN_KEY_STATE, low, high, body + 16, total);
  v128.store(SCAN_SHORT, low);
  v128.store(SCAN_SHORT, high, 16);
  return hashPackets(SCAN_KEY_STATE, low, high, SCAN_SHORT, total);
}

/** Moves the subject in front of `to` up by 4; the 4 header length bytes are kept in front of it. */
function moveUp(to: usize, bytes: usize): void {
  const headerBytes = load<u32>(to + bytes - 4);
  if (bytes <= 16) {
    const text = v128.load(to - 4);
    const behind = v128.load(to);
    // Writes 16 bytes, then puts back those behind the subject.
    if (bytes == 16) v128.store(to, text);
    else moveShort(to, bytes, text, behind);
  } else {
    memory.copy(to, to - 4, bytes);
  }
  store<u32>(to - 4, headerBytes);
}

function moveShort(to: usize, bytes: usize, text: v128, behind: v128): void {
  const mask = v128.load(SCAN_SHORT + 64 + (16 - bytes));
  v128.store(to, v128.bitselect(text, behind, mask));
}

export function prepareRecordHash(): void {
  // Loaded at 16 - n, this is n bytes of ones, then zeros.
  memory.fill(SCAN_SHORT + 64, 0xff, 16);
  memory.fill(SCAN_SHORT + 80, 0, 16);
}

export function moveBack(at: usize, subjectBytes: usize): void {
  const headerBytes = load<u32>(at, 22);
  memory.copy(at + 22, at + 26, subjectBytes);
  store<u32>(at + 22 + subjectBytes, headerBytes);
}

/** Gives each of the records that lie at SCAN, whole and sound, its checksum under the key at HASH_KEY. */
export function sealRecords(bytes: usize): void {
  hashStart(SCAN_KEY_STATE, HASH_KEY);
  const stop = SCAN + bytes;
  for (let at = SCAN; at < stop;) {
    const word = load<u32>(at);
    const length = <usize>(word & 0x7fffffff);
    const subjectBytes = <usize>load<u16>(at, 20);
    const sum = hashRecord(at, word, subjectBytes);
    if (word >> 31) moveBack(at, subjectBytes);
    store<u64>(at + length - 8, sum);
    at += length;
  }
}
