import type { V2Run } from '../types.ts';
import { reachOf, type V2Reach } from '../v2-walk.ts';
import { subjectDigest } from './subject.ts';

const MASK = (1n << 64n) - 1n;
const MOST_CONTENT_BYTES = 96n * 1024n * 1024n;

interface Message {
  readonly subject: Uint8Array;
  readonly timeNs: bigint;
  readonly seq: bigint;
  readonly storedBytes: number;
  readonly headerBytes: number;
  /** Of subject, header and payload. */
  readonly contentBytes: number;
  readonly endBytes: number;
}

/** What assembly/v2-walk.ts does, one message after the other. */
export function takeV2Messages(
  bytes: Uint8Array,
  lastSeq: bigint,
  { fromBytes, untilBytes, beyondBytes }: V2Reach = reachOf(bytes),
): V2Run | null {
  const messages: Message[] = [];
  for (let at = fromBytes, last = lastSeq; at < untilBytes;) {
    const message = messageAt(bytes, at, beyondBytes);
    if (message === null || message.seq <= last) break;
    messages.push(message);
    last = message.seq;
    at = message.endBytes;
  }
  const [first, end] = [messages[0], messages.at(-1)];
  if (first === undefined || end === undefined) return null;
  const ranges: bigint[] = [];
  for (const { seq } of messages)
    if (ranges.at(-1) === seq - 1n) ranges[ranges.length - 1] = seq;
    else ranges.push(seq, seq);
  return {
    takenBytes: end.endBytes - fromBytes,
    messages: messages.length,
    bytes: messages.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    firstSeq: first.seq,
    firstTimeNs: first.timeNs,
    lastSeq: end.seq,
    lastTimeNs: end.timeNs,
    subjectDigest: messages.reduce((sum, { subject }) => sum + subjectDigest(subject), 0n) & MASK,
    ranges: BigUint64Array.from(ranges),
  };
}

/** The message that begins at `from`; null where there is none that ends, behind its subject, `beyondBytes` further on. */
export function messageAt(bytes: Uint8Array, from: number, beyondBytes = 0): Message | null {
  let at = from;
  const numbers: bigint[] = [];
  while (numbers.length < 5) {
    let value = 0n;
    let shift = 0n;
    let byte = 0x80n;
    for (; byte >= 0x80n && shift < 70n && at < bytes.length; shift += 7n) {
      byte = BigInt(bytes[at++] ?? 0);
      value |= (byte & 0x7fn) << shift;
    }
    if (byte >= 0x80n || value > MASK) return null;
    numbers.push(value);
  }
  const [name = 0n, time = 0n, seq = 0n, header = 0n, payload = 0n] = numbers;
  const leftBytes = BigInt(bytes.length - at);
  if (name > leftBytes || header + payload > MOST_CONTENT_BYTES) return null;
  if (name + header + payload > leftBytes + BigInt(beyondBytes)) return null;
  return {
    subject: bytes.subarray(at, at + Number(name)),
    timeNs: (time & 1n) === 0n ? time >> 1n : -((time + 1n) >> 1n),
    seq,
    headerBytes: Number(header),
    contentBytes: Number(name + header + payload),
    storedBytes: 30 + Number(name + payload + (header > 0n ? header + 4n : 0n)),
    endBytes: at + Number(name + header + payload),
  };
}
