import { headerFields } from '../core/header-fields.ts';
import { formatTimeNs } from '../core/time.ts';
import type { StoredMessage } from '../operation/cat/types.ts';
import { utf8Text } from './utf8-text.ts';

/** Messages as NDJSON: one `StoredMsg` of the NATS API a line. `withText` adds decoded headers and payload. */
export function messageLines(messages: readonly StoredMessage[], withText: boolean): string {
  return messages.map((message) => messageLine(message, withText)).join('');
}

function messageLine(message: StoredMessage, withText: boolean): string {
  const fields = [
    `"subject":${JSON.stringify(bufferOf(message.subject).toString('utf8'))}`,
    `"seq":${message.seq}`,
    ...(message.header === null ? [] : [`"hdrs":"${bufferOf(message.header).toString('base64')}"`]),
    `"data":"${bufferOf(message.data).toString('base64')}"`,
    `"time":"${formatTimeNs(message.timeNs)}"`,
    ...(withText ? textFields(message) : []),
  ];
  return `{${fields.join(',')}}\n`;
}

function textFields(message: StoredMessage): string[] {
  const text = utf8Text(message.data);
  const headers = message.header === null ? null : utf8Text(message.header);
  return [
    ...(headers === null ? [] : [`"headers":${JSON.stringify(headerMap(headers))}`]),
    ...(text === null ? [] : [`"text":${JSON.stringify(text)}`]),
  ];
}

function headerMap(block: string): Record<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [name, value] of headerFields(block)) map.set(name, [...(map.get(name) ?? []), value]);
  return Object.fromEntries(map);
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
