import { headerFields } from '../core/header-fields.ts';
import { formatTimeNs } from '../core/time.ts';
import type { StoredMessage } from '../operation/content/message-walk.ts';
import { bufferOf, LineBuffer } from './line-buffer.ts';
import { utf8Text } from './utf8-text.ts';

/** How messages are written. */
export interface TextOptions {
  /** Add decoded headers and payload. */
  readonly withText?: boolean;
  /** Begin with the stream, and its account where that is known. */
  readonly withStream?: boolean;
  /** Between two messages, also from one call to the next, in place of a line end behind each. */
  readonly separator?: string;
}

/** Large payloads are encoded in pieces, so that none is in memory a second time; a multiple of 3 bytes. */
const PIECE_BYTES = 3 * 64 * 1024;

/** Gives messages as lines of JSON, each a `StoredMsg` of the NATS API; a chunk holds until the next is asked for. */
export type MessageLines = (messages: readonly StoredMessage[]) => Iterable<Uint8Array>;

/** Makes a writer of lines; it keeps what comes between two messages from one call to the next. */
export function messageLines(options: TextOptions = {}): MessageLines {
  const { withText = false, withStream = false, separator } = options;
  const lines = new LineBuffer();
  const end = separator === undefined ? '}\n' : '}';
  let before = '';
  return function* chunks(messages) {
    for (const message of messages) {
      const { data } = message;
      lines.text(before);
      lines.text(lineStart(message, withStream));
      addHead(lines, message);
      for (let at = 0; at < data.length; at += PIECE_BYTES) {
        lines.base64(data.length <= PIECE_BYTES ? data : data.subarray(at, at + PIECE_BYTES));
        if (lines.isFull) yield lines.take();
      }
      lines.text(`","time":"${formatTimeNs(message.timeNs)}"${withText ? textFields(message) : ''}${end}`);
      before = separator ?? '';
    }
    yield lines.take();
  };
}

/** What a line begins with, up to the subject. */
export function lineStart(
  { account, stream }: Pick<StoredMessage, 'account' | 'stream'>,
  withStream: boolean,
): string {
  if (!withStream) return '{"subject":"';
  const ofAccount = account === null ? '' : `"account":${JSON.stringify(account)},`;
  return `{${ofAccount}"stream":${JSON.stringify(stream)},"subject":"`;
}

/** What stands before the payload. */
function addHead(lines: LineBuffer, message: StoredMessage): void {
  // Its first quote is the last character of the line's start.
  lines.text(`${JSON.stringify(bufferOf(message.subject).toString('utf8')).slice(1)},"seq":${message.seq}`);
  const { header } = message;
  if (header !== null) {
    lines.text(',"hdrs":"');
    lines.base64(header);
    lines.text('"');
  }
  lines.text(',"data":"');
}

function textFields(message: StoredMessage): string {
  const text = utf8Text(message.data);
  const headers = message.header === null ? null : utf8Text(message.header);
  return (
    (headers === null ? '' : `,"headers":${JSON.stringify(headerMap(headers))}`) +
    (text === null ? '' : `,"text":${JSON.stringify(text)}`)
  );
}

function headerMap(block: string): Record<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [name, value] of headerFields(block)) map.set(name, [...(map.get(name) ?? []), value]);
  return Object.fromEntries(map);
}
