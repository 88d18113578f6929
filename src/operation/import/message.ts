import { isSubjectPattern } from '../../core/subject.ts';
import { isTimeNs, parseTimeNs } from '../../core/time.ts';
import { MOST_RECORD_BYTES } from '../../format/block/record.ts';
import type { WritableMessage } from '../../writer/writable-message.ts';
import { isSequence } from './fields.ts';
import type { Fail, JsonReader } from './json-reader.ts';

const MOST_SUBJECT_BYTES = 65_535;

/** The fields of a message as far as they could be read: absent, null where one is something else. */
interface ReadFields {
  seq?: bigint | null;
  timeNs?: bigint | null;
  subject?: string | null;
  header?: Buffer | null;
  data?: Buffer | null;
}

/** Reads the message that begins here, as `cat` and `export` write it; `afterSeq` is the sequence of the one before. */
export function importedMessage(reader: JsonReader, afterSeq: bigint): WritableMessage {
  const failHere = reader.failHere();
  const fail: Fail = (what) => failHere(`message: ${what}`);
  const read: ReadFields = {};
  for (const name of reader.fields()) readField(read, name, reader.value(), fail);
  const wrong = (name: string, value: unknown, wanted: string): never =>
    fail(`${name} is ${value === undefined ? 'missing' : 'something else'}, ${wanted} expected`);
  const seq = read.seq ?? wrong('seq', read.seq, 'a number from 0 to 2^62 - 1');
  if (seq <= afterSeq) fail(`sequence ${seq} comes after ${afterSeq}`);
  const subject = subjectOf(read.subject ?? wrong('subject', read.subject, 'a text'), fail);
  const header = read.header === undefined ? null : headerOf(read.header, fail);
  const data = read.data ?? wrong('data', read.data, 'base64');
  const timeNs = read.timeNs ?? wrong('time', read.timeNs, 'a time of RFC 3339 between 1677 and 2262');
  if (subject.length + (header?.length ?? 0) + data.length > MOST_RECORD_BYTES) fail('more than 32 MiB');
  return { seq, timeNs, subject, header, data };
}

function readField(read: ReadFields, name: string, value: Buffer, fail: Fail): void {
  switch (name) {
    case 'seq':
      read.seq = sequenceOf(value);
      break;
    case 'subject':
      read.subject = textOf(value);
      break;
    case 'time':
      read.timeNs = timeOf(value);
      break;
    case 'hdrs':
      read.header = base64Of(value);
      break;
    case 'data':
      read.data = base64Of(value);
      break;
    default:
      fail(`${name} is not known here`);
  }
}

function subjectOf(text: string, fail: Fail): Buffer {
  const subject = Buffer.from(text, 'utf8');
  if (!isSubjectPattern(text) || subject.length > MOST_SUBJECT_BYTES) fail(`${text} is no subject`);
  return subject;
}

function headerOf(header: Buffer | null, fail: Fail): Buffer {
  return header !== null && isHeaderBlock(header) ? header : fail('hdrs: no header block');
}

/** null: is no time. */
function timeOf(value: Buffer): bigint | null {
  const timeNs = parseTimeNs(textOf(value) ?? '');
  return timeNs !== null && isTimeNs(timeNs) ? timeNs : null;
}

/** null: is no sequence. */
function sequenceOf(value: Buffer): bigint | null {
  const text = value.toString('latin1', 0, 20);
  const seq = value.length <= 20 && /^(0|[1-9]\d*)$/.test(text) ? BigInt(text) : -1n;
  return isSequence(seq) ? seq : null;
}

/** null: is no text. */
function textOf(value: Buffer): string | null {
  try {
    const text: unknown = JSON.parse(value.toString('utf8'));
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** Base64 is decoded in pieces, so that a large payload is not in memory as text too; a multiple of 4. */
const PIECE_CHARACTERS = 1024 * 1024;

/** Decodes a text of base64, with its padding; null: is none. */
function base64Of(value: Buffer): Buffer | null {
  if (value[0] !== QUOTE) return null;
  const text = value.includes(BACKSLASH) ? Buffer.from(textOf(value) ?? '"') : value.subarray(1, -1);
  if (text.length % 4 !== 0) return null;
  const bytes = Buffer.allocUnsafe((text.length / 4) * 3);
  let done = 0;
  for (let at = 0; at < text.length; at += PIECE_CHARACTERS)
    done += bytes.write(
      text.toString('latin1', at, Math.min(at + PIECE_CHARACTERS, text.length)),
      done,
      'base64',
    );
  // The decoder passes over characters that are none of base64, and ends at the padding: then too few bytes came.
  const padding = bytes.length - done;
  const isPadded = text.subarray(text.length - padding).every((byte) => byte === PADDING);
  return padding <= 2 && isPadded && text[text.length - padding - 1] !== PADDING
    ? bytes.subarray(0, done)
    : null;
}

const PADDING = 0x3d;

function isHeaderBlock(header: Buffer): boolean {
  return (
    header.length >= 12 && header.toString('latin1', 0, 8) === 'NATS/1.0' && header.subarray(-4).equals(END)
  );
}

const END = Buffer.from('\r\n\r\n');
