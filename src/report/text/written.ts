import type { WrittenReport } from '../../operation/write-backup/types.ts';
import { escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';

/** What a writing command did, a line a stream. */
export function writtenText(report: WrittenReport, palette: Palette): string {
  const lines = report.streams.map((stream) => {
    const from = stream.from_name === undefined ? '' : ` (was ${escapeText(stream.from_name)})`;
    const { messages, first_seq, last_seq, consumer_count } = stream.state;
    return `${escapeText(stream.name)}${from}: ${messages} messages, sequences ${first_seq} to ${last_seq}, ${consumer_count} consumers`;
  });
  const lost = report.lost.msgs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  for (const { name, reason } of report.skipped)
    lines.push(palette.bad(`not written: ${escapeText(name)}: ${reason}`));
  if (lost.length > 0) lines.push(palette.bad(`lost in the source: sequences ${lost.join(', ')}`));
  lines.push(`written and verified: ${escapeText(report.target)}, ${report.bytes_written} bytes`);
  return `${lines.join('\n')}\n`;
}
