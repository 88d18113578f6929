import { formatTimeNs } from '../core/time.ts';
import type { KvEntry } from '../operation/kv/types.ts';
import { utf8Text } from './utf8-text.ts';

/** Entries as NDJSON: `data` is the value in base64, `value` its text where it is UTF-8. */
export function kvLines(entries: readonly KvEntry[]): string {
  return entries.map(kvLine).join('');
}

function kvLine(entry: KvEntry): string {
  const value = utf8Text(entry.value);
  const fields = [
    `"bucket":${JSON.stringify(entry.bucket)}`,
    `"key":${JSON.stringify(Buffer.from(entry.key).toString('utf8'))}`,
    `"revision":${entry.revision}`,
    `"operation":"${entry.operation}"`,
    `"time":"${formatTimeNs(entry.timeNs)}"`,
    `"data":"${Buffer.from(entry.value).toString('base64')}"`,
    ...(value === null ? [] : [`"value":${JSON.stringify(value)}`]),
  ];
  return `{${fields.join(',')}}\n`;
}
