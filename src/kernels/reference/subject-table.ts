import type { SubjectTable } from '../types.ts';
import { subjectDigest } from './subject.ts';

const MASK = (1n << 64n) - 1n;
const MOST_COUNT = BigInt(Number.MAX_SAFE_INTEGER);

/** What assembly/subject-table.ts does, one entry after the other. */
export function sumSubjectTable(
  bytes: Uint8Array,
  offsetBytes: number,
  count: number,
  lastAlways: boolean,
): SubjectTable | null {
  let at = offsetBytes;
  let messages = 0n;
  let digest = 0n;
  const varint = (most = MASK): bigint | null => {
    let value = 0n;
    for (let i = 0n; i < 10n && at < bytes.length; i++) {
      const byte = BigInt(bytes[at++] ?? 0);
      value |= (byte & 0x7fn) << (7n * i);
      if (byte < 0x80n) return value > most ? null : value;
    }
    return null;
  };
  for (let i = 0; i < count; i++) {
    const length = Number(varint(MOST_COUNT) ?? 0n);
    const subject = bytes.subarray(at, at + length);
    if (length === 0 || length > bytes.length - at || subject.includes(0)) return null;
    at += length;
    const own = varint();
    if (own === null || varint(MOST_COUNT) === null) return null;
    if ((lastAlways || own > 1n) && varint(MOST_COUNT) === null) return null;
    messages += own;
    if (messages > MASK) return null;
    digest = (digest + subjectDigest(subject) * own) & MASK;
  }
  return { endBytes: at, messages, digest };
}
