import { parseJson, type JsonValue } from '../../core/json.ts';
import type { WritableMessage } from '../../writer/writable-message.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { JsonReader, type Fail } from './json-reader.ts';
import { importedMessage } from './message.ts';

/** Takes an export apart: what it says of the stream, field by field, and its messages. */
export interface DocumentTaker {
  /** One field of the head. */
  field(name: string, value: JsonValue, fail: Fail): void;
  message(message: WritableMessage): void;
  /** Called now and then, with how far the file was read. */
  pause(doneBytes: number): Promise<void>;
}

/** Messages and bytes between two pauses. */
const PAUSE_MESSAGES = 1024;
const PAUSE_BYTES = 1024 * 1024;

/**
 * Reads what `export --to json` or `--to ndjson` wrote, whatever the order and layout of its fields: one object with a list
 * `messages`, or one without and then a message a value. Throws SourceError, with line and offset.
 */
export async function readDocument(source: ByteSource, label: string, taker: DocumentTaker): Promise<void> {
  const reader = new JsonReader(source, label);
  const messages = new MessageReading(reader, taker);
  let hasList = false;
  for (const name of reader.fields()) {
    if (name === 'messages') {
      hasList = true;
      await messages.readList();
    } else {
      const fail = reader.failHere();
      const parsed = parseJson(reader.value().toString('utf8'));
      taker.field(name, parsed.ok ? parsed.value : fail(parsed.fault), fail);
    }
  }
  if (hasList && reader.peek() !== null) reader.fail('something behind the document');
  await messages.readToEnd();
}

class MessageReading {
  readonly #reader: JsonReader;
  readonly #taker: DocumentTaker;
  #lastSeq = 0n;
  #sincePause = 0;
  #pausedAtBytes = 0;

  constructor(reader: JsonReader, taker: DocumentTaker) {
    this.#reader = reader;
    this.#taker = taker;
  }

  async readList(): Promise<void> {
    const reader = this.#reader;
    reader.take('[');
    for (let isFirst = true; reader.peek() !== ']'; isFirst = false) {
      if (!isFirst) reader.take(',');
      this.#readOne();
      if (this.#isDue()) await this.#pause();
    }
    reader.take(']');
  }

  async readToEnd(): Promise<void> {
    while (this.#reader.peek() !== null) {
      this.#readOne();
      if (this.#isDue()) await this.#pause();
    }
  }

  #readOne(): void {
    if (this.#reader.peek() !== '{') this.#reader.fail('a message expected');
    const message = importedMessage(this.#reader, this.#lastSeq);
    this.#lastSeq = message.seq;
    this.#sincePause++;
    this.#taker.message(message);
  }

  #isDue(): boolean {
    return (
      this.#sincePause >= PAUSE_MESSAGES || this.#reader.offsetBytes - this.#pausedAtBytes >= PAUSE_BYTES
    );
  }

  async #pause(): Promise<void> {
    this.#sincePause = 0;
    this.#pausedAtBytes = this.#reader.offsetBytes;
    await this.#taker.pause(this.#pausedAtBytes);
  }
}
