import { parseJson, type JsonValue } from '../../core/json.ts';
import { isSubjectPattern } from '../../core/subject.ts';
import type { WritableMessage } from '../../writer/block-writer.ts';
import type { Fail } from './document.ts';
import { Fields } from './fields.ts';
import type { JsonPiece } from './json-reader.ts';

const MOST_SUBJECT_BYTES = 65_535;
const MOST_RECORD_BYTES = 32 * 1024 * 1024;

/** Reads a message as `cat` and `export` write it; `afterSeq` is the sequence of the one before. */
export function importedMessage(piece: JsonPiece, afterSeq: bigint, fail: Fail): WritableMessage {
  const fields = new Fields(parsedMessage(piece, fail), 'message', fail);
  fields.only('subject', 'seq', 'hdrs', 'data', 'time');
  const seq = fields.count('seq');
  fields.must(seq > afterSeq, `sequence ${seq} comes after ${afterSeq}`);
  const text = fields.text('subject');
  const subject = Buffer.from(text, 'utf8');
  fields.must(isSubjectPattern(text) && subject.length <= MOST_SUBJECT_BYTES, `${text} is no subject`);
  const header = fields.get('hdrs') === undefined ? null : fields.bytes('hdrs');
  fields.must(header === null || isHeaderBlock(header), 'hdrs: no header block');
  const data = fields.bytes('data');
  const lengthBytes = subject.length + (header?.length ?? 0) + data.length;
  fields.must(lengthBytes <= MOST_RECORD_BYTES, 'more than 32 MiB');
  return { seq, timeNs: fields.timeNs('time'), subject, header, data };
}

/** The native parser is ten times faster, and loses digits of a sequence beyond 2^53 only. */
function parsedMessage({ bytes }: JsonPiece, fail: Fail): JsonValue {
  const text = bytes.toString('utf8');
  try {
    const value = JSON.parse(text) as JsonValue;
    const seq = typeof value === 'object' && value !== null && 'seq' in value ? value.seq : 0;
    if (typeof seq !== 'number' || Number.isSafeInteger(seq)) return value;
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  const exact = parseJson(text);
  return exact.ok ? exact.value : fail(exact.fault);
}

function isHeaderBlock(header: Buffer): boolean {
  return (
    header.length >= 12 && header.toString('latin1', 0, 8) === 'NATS/1.0' && header.subarray(-4).equals(END)
  );
}

const END = Buffer.from('\r\n\r\n');
