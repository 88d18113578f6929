import { formatTimeNs } from '../../core/time.ts';
import type { KvEntry } from '../../operation/kv/types.ts';
import { clip, escapeText } from '../escape.ts';
import { row, type Column } from '../table.ts';
import { bytesText } from '../units.ts';
import { utf8Text } from '../utf8-text.ts';

/** Widths are fixed, since a bucket of any size is printed as it is read; a longer key pushes the rest of its row. */
const COLUMNS: readonly Column[] = [
  { title: 'Key' },
  { title: 'Revision', align: 'right' },
  { title: 'Operation' },
  { title: 'Time' },
  { title: 'Value' },
];
const WIDTHS = [28, 10, 9, 19, 26];

/** What stands above the keys of a bucket. */
export function kvTitle(bucket: string): string {
  const titles = COLUMNS.map((column) => column.title);
  return `Bucket ${escapeText(bucket)}\n\n${kvRow(titles)}\n${kvRow(WIDTHS.map((width) => '─'.repeat(width)))}\n`;
}

/** The keys of a bucket, a line each. */
export function kvRows(entries: readonly KvEntry[]): string {
  return entries.map((entry) => `${kvRow(cellsOf(entry))}\n`).join('');
}

function cellsOf(entry: KvEntry): string[] {
  return [
    escapeText(Buffer.from(entry.key).toString('utf8')),
    String(entry.revision),
    entry.operation,
    formatTimeNs(entry.timeNs).slice(0, 19).replace('T', ' '),
    valueCell(entry),
  ];
}

function valueCell(entry: KvEntry): string {
  if (entry.operation !== 'PUT') return '';
  const text = utf8Text(entry.value);
  return text === null ? `(${bytesText(entry.value.length)})` : clip(text, WIDTHS.at(-1) ?? 0);
}

function kvRow(cells: readonly string[]): string {
  return row(COLUMNS, WIDTHS, cells);
}
