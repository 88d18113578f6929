import { parseJson, type JsonValue } from '../../core/json.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { JsonReader, type JsonPiece } from './json-reader.ts';

/** Takes an export apart: what it says of the stream, field by field, and its messages. */
export interface DocumentTaker {
  /** One field of the head. */
  field(name: string, value: JsonValue, fail: Fail): void;
  /** One message; the piece's bytes are valid during the call only. */
  message(piece: JsonPiece, fail: Fail): void;
  /** Called now and then, with how far the file was read. */
  pause(doneBytes: number): Promise<void>;
}

/** Stops, with the line and offset of what is wrong. */
export type Fail = (what: string) => never;

/** Messages and bytes between two pauses. */
const PAUSE_MESSAGES = 1024;
const PAUSE_BYTES = 1024 * 1024;

/**
 * Reads what `export --to json` or `--to ndjson` wrote, whatever the order and layout of its fields: one object with a list
 * `messages`, or one without and then a message a value. Throws SourceError, with line and offset.
 */
export async function readDocument(source: ByteSource, label: string, taker: DocumentTaker): Promise<void> {
  const reader = new JsonReader(source, label);
  const pause = pauses(reader, taker);
  let hasMessages = false;
  const fields = new Set<string>();
  reader.take('{');
  for (let isFirst = true; reader.peek() !== '}'; isFirst = false) {
    if (!isFirst) reader.take(',');
    const key = reader.value();
    const fail: Fail = (what) => reader.fail(what, key);
    const name = parsedText(key, fail);
    if (fields.has(name)) fail(`${name}: a second time`);
    fields.add(name);
    reader.take(':');
    if (name === 'messages') {
      hasMessages = true;
      await readList(reader, taker, pause);
    } else {
      const piece = reader.value();
      const failAt: Fail = (what) => reader.fail(what, piece);
      taker.field(name, parsed(piece, failAt), failAt);
    }
  }
  reader.take('}');
  if (hasMessages && reader.peek() !== null) reader.fail('something behind the document');
  while (reader.peek() !== null) {
    takeMessage(reader, taker);
    await pause();
  }
}

async function readList(
  reader: JsonReader,
  taker: DocumentTaker,
  pause: () => Promise<void> | undefined,
): Promise<void> {
  reader.take('[');
  for (let isFirst = true; reader.peek() !== ']'; isFirst = false) {
    if (!isFirst) reader.take(',');
    takeMessage(reader, taker);
    await pause();
  }
  reader.take(']');
}

function takeMessage(reader: JsonReader, taker: DocumentTaker): void {
  if (reader.peek() !== '{') reader.fail('a message expected');
  const piece = reader.value();
  taker.message(piece, (what) => reader.fail(what, piece));
}

function pauses(reader: JsonReader, taker: DocumentTaker): () => Promise<void> | undefined {
  let messages = 0;
  let pausedAtBytes = 0;
  return () => {
    messages++;
    const doneBytes = reader.offsetBytes;
    if (messages < PAUSE_MESSAGES && doneBytes - pausedAtBytes < PAUSE_BYTES) return undefined;
    messages = 0;
    pausedAtBytes = doneBytes;
    return taker.pause(doneBytes);
  };
}

function parsedText(piece: JsonPiece, fail: Fail): string {
  const value = parsed(piece, fail);
  return typeof value === 'string' ? value : fail('a field name expected');
}

function parsed(piece: JsonPiece, fail: Fail): JsonValue {
  const result = parseJson(piece.bytes.toString('utf8'));
  return result.ok ? result.value : fail(result.fault);
}
