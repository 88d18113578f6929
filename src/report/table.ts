/** A column by its title; numbers stand right. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Text in columns under a title line; as wide as its widest cells. Cells are escaped by the caller. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, i) =>
    Math.max(width(column.title), ...rows.map((row) => width(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string => row(columns, widths, cells);
  const rule = widths.map((size) => '─'.repeat(size)).join('  ');
  return [line(columns.map((column) => column.title)), rule, ...rows.map(line)];
}

/** One line of a table whose widths are known before its rows are. */
export function row(columns: readonly Column[], widths: readonly number[], cells: readonly string[]): string {
  return cells
    .map((cell, i) => pad(cell, widths[i] ?? 0, columns[i]?.align ?? 'left'))
    .join('  ')
    .trimEnd();
}

/** `Label: value` lines with the labels right-aligned, as `nats stream info` has them. */
export function labelled(pairs: readonly (readonly [string, string])[]): string[] {
  const widest = Math.max(0, ...pairs.map(([label]) => label.length));
  return pairs.map(([label, value]) => `${label.padStart(widest + 2)}: ${value}`);
}

function pad(cell: string, size: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, size - width(cell)));
  return align === 'right' ? blanks + cell : cell + blanks;
}

/** Most cells: each letter takes a column. */
const PLAIN = /^[ -~]*$/;

/** Columns of a terminal: East Asian wide characters take two, colour codes none. */
function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  // oxlint-disable-next-line no-control-regex
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  return Array.from(plain).reduce((sum, char) => sum + (isWide(char.codePointAt(0) ?? 0) ? 2 : 1), 0);
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xff60) ||
    code >= 0x1f300
  );
}
