import type { PlanReport, WrittenReport } from '../../operation/write/types.ts';
import { escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';

/** What a writing command did or would do: a line for each stream, then what to know about it. */
export function writtenText(report: WrittenReport | PlanReport, palette: Palette): string {
  const lines: string[] = [];
  for (const stream of report.streams) {
    const from = stream.from_name === undefined ? '' : ` (was ${escapeText(stream.from_name)})`;
    const { messages, first_seq, last_seq, consumer_count } = stream.state;
    lines.push(
      `${escapeText(stream.name)}${from}: ${messages} messages, sequences ${first_seq} to ${last_seq}, ${consumer_count} consumers`,
      ...stream.not_carried.map((what) => palette.warn(`  not carried: ${escapeText(what)}`)),
    );
  }
  for (const { name, reason } of report.skipped)
    lines.push(palette.bad(`not written: ${escapeText(name)}: ${reason}`));
  const lost = report.lost.msgs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  if (lost.length > 0) lines.push(palette.bad(`lost in the source: sequences ${lost.join(', ')}`));
  lines.push(...report.notes.map((note) => palette.warn(`note: ${escapeText(note)}`)));
  if (report.type === 'natsarc.v1.plan')
    lines.push(
      ...report.steps.map((step, i) => `${i + 1}. ${escapeText(step)}`),
      'nothing was written (--dry-run)',
    );
  else lines.push(`written and verified: ${escapeText(report.target)}, ${report.bytes_written} bytes`);
  return `${lines.join('\n')}\n`;
}
