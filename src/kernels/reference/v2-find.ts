import { EARLIEST_NS, FURTHEST_JUMP, isPlausibleSubject, MOST_SUBJECT_BYTES } from '../../core/plausible.ts';
import { MAX_SEQUENCE } from '../../core/sequence-ranges.ts';
import { messageAt } from './v2-walk.ts';

const MOST_HEAD_BYTES = 64;
const TIME_BYTES = 9;
const MOST_BEYOND_BYTES = 2 ** 30;

/** What assembly/v2-find.ts does, one offset after the other. */
export function findV2Messages(bytes: Uint8Array, untilBytes: number): number {
  for (let from = 0; from < untilBytes; from++) {
    const first = plausibleAt(bytes, from);
    if (first === null) continue;
    const { endBytes } = first;
    if (endBytes + MOST_HEAD_BYTES > bytes.length) return from;
    if (bytes.subarray(endBytes, endBytes + 5).every((byte) => byte === 0)) return from;
    const second = plausibleAt(bytes, endBytes);
    if (second === null || second.seq <= first.seq) continue;
    if (second.seq - first.seq <= FURTHEST_JUMP) return from;
  }
  return -1;
}

function plausibleAt(bytes: Uint8Array, from: number): ReturnType<typeof messageAt> {
  const message = messageAt(bytes, from, MOST_BEYOND_BYTES);
  if (message === null) return null;
  const { subject, timeNs, seq } = message;
  const isName = subject.length > 0 && subject.length <= MOST_SUBJECT_BYTES && isPlausibleSubject(subject);
  const timeAt = endOfVarint(bytes, from);
  const isTime = endOfVarint(bytes, timeAt) - timeAt === TIME_BYTES && timeNs >= EARLIEST_NS;
  return isName && timeAt - from <= 2 && isTime && seq > 0n && seq <= MAX_SEQUENCE ? message : null;
}

function endOfVarint(bytes: Uint8Array, from: number): number {
  let at = from;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  return at + 1;
}
