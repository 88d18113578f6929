import type { LossReport, LostRange, RepairNote, StreamLoss } from '../../operation/repair/types.ts';
import type { PlanReport, WrittenReport } from '../../operation/write/types.ts';
import { escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';

const MOST_RANGES = 20;

/** What a repair kept, what it lost and why, stream by stream. */
export function repairText(written: WrittenReport | PlanReport, loss: LossReport, palette: Palette): string {
  const lines = written.streams.flatMap(({ account, name, state }, i) => {
    const consumers = state.consumer_count === 1 ? '1 consumer' : `${state.consumer_count} consumers`;
    const own = loss.streams[i];
    return [
      `${title(account, name)}: ${state.messages} messages, sequences ${state.first_seq} to ${state.last_seq}, ${consumers}`,
      ...(own === undefined ? [] : lossLines(own, loss, palette)),
      ...loss.notes
        .filter((note) => note.stream === name && note.account === account)
        .map((note) => noteLine(note, palette)),
    ];
  });
  for (const { name, reason } of written.skipped)
    lines.push(palette.bad(`not written: ${escapeText(name)}: ${reason}`));
  lines.push(
    written.type === 'natsarc.v1.plan'
      ? 'nothing was written (--dry-run)'
      : `written and verified: ${escapeText(written.target)}, ${written.bytes_written} bytes`,
  );
  return `${lines.join('\n')}\n`;
}

function title(account: string | null, name: string): string {
  return escapeText(account === null ? name : `${account}/${name}`);
}

function lossLines(stream: StreamLoss, loss: LossReport, palette: Palette): string[] {
  const { recovered, lost, deleted, doubtful, first_seq, last_seq } = stream;
  const doubt = doubtful === 0n ? '' : ` (${doubtful} of them doubtful)`;
  const sum = `  ${first_seq} to ${last_seq}: ${recovered} recovered, ${lost} lost, ${deleted} deleted${doubt}`;
  const told = stream.ranges.slice(0, MOST_RANGES).map(rangeLine);
  const more = stream.ranges.length - told.length;
  if (more > 0) told.push(`  and ${more} more: --loss-report FILE lists them`);
  const differing = stream.disagreements.slice(0, MOST_RANGES).map(({ seq, chosen, copies }) => {
    const sides = copies.map((copy) => `${sourceName(loss, copy.source)} ${copy.sha256.slice(0, 12)}`);
    const taken = chosen === null ? 'none was written' : `that of ${sourceName(loss, chosen)} was written`;
    return `  intact copies of ${seq} differ, ${taken}: ${sides.join(', ')}`;
  });
  return [lost === 0n ? sum : palette.bad(sum), ...told, ...differing];
}

function sourceName(loss: LossReport, source: number): string {
  return escapeText(loss.sources[source] ?? `source ${source}`);
}

function rangeLine({ from, to, state, file, offset, reason }: LostRange): string {
  const place = file === null ? '' : ` in ${escapeText(file)}${offset === null ? '' : ` at ${offset}`}`;
  return `  ${state} ${from === to ? from : `${from}-${to}`}${place}: ${reason}`;
}

function noteLine({ consumer, text, loss }: RepairNote, palette: Palette): string {
  const line = `  ${consumer === undefined ? '' : `consumer ${escapeText(consumer)}: `}${escapeText(text)}`;
  return loss ? palette.bad(line) : line;
}
