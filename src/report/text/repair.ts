import type { LossReport, RepairResult } from '../../operation/repair/types.ts';
import type { LostRange, OtherUse, RepairNote, StreamLoss } from '../../operation/salvage/types.ts';
import { escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { countText } from '../units.ts';
import { noteLines, outcomeLine, refusedLines, skippedLines, stateText } from './written.ts';

const MOST_RANGES = 20;

/** What a repair kept, what it lost and why, stream by stream. */
export function repairText({ written, loss, notes }: RepairResult, palette: Palette): string {
  const lines = written.streams.flatMap((stream, i) => [
    `${title(stream.account, stream.name)}: ${stateText(stream.state)}`,
    ...refusedLines(stream, palette),
    ...loss.streams.slice(i, i + 1).flatMap((own) => [
      ...lossLines(own, loss, palette),
      // A store gives an account to a stream of which nothing tells it.
      ...loss.notes
        .filter((note) => note.stream === own.name && note.account === own.account)
        .map((note) => noteLine(note, palette)),
    ]),
  ]);
  const unwritten = loss.streams
    .slice(written.streams.length)
    .flatMap((stream) => [`${title(stream.account, stream.name)}:`, ...lossLines(stream, loss, palette)]);
  const missing = loss.notes
    .filter(({ code }) => code === 'STREAM_MISSING')
    .flatMap((note) => [`${title(note.account, note.stream)}:`, noteLine(note, palette)]);
  const closing = [
    ...missing,
    ...skippedLines(written, palette),
    ...noteLines(notes, palette),
    outcomeLine(written),
  ];
  return `${[...lines, ...unwritten, ...closing].join('\n')}\n`;
}

function title(account: string | null, name: string): string {
  return escapeText(account === null ? name : `${account}/${name}`);
}

function lossLines(stream: StreamLoss, loss: LossReport, palette: Palette): string[] {
  const { recovered, lost, deleted, doubtful, first_seq, last_seq } = stream;
  const doubt = doubtful === 0n ? '' : ` (${countText(doubtful)} of them doubtful)`;
  const range = last_seq < first_seq ? 'no sequence' : `${first_seq} to ${last_seq}`;
  const sum = `  ${range}: ${countText(recovered)} recovered, ${countText(lost)} lost, ${countText(deleted)} deleted${doubt}`;
  const told = rangeLines(stream);
  const differing = stream.disagreements.slice(0, MOST_RANGES).map(({ seq, chosen, copies }) => {
    const sides = copies.map((copy) => `${sourceName(loss, copy.source)} ${copy.sha256.slice(0, 12)}`);
    const taken = chosen === null ? 'none was written' : `that of ${sourceName(loss, chosen)} was written`;
    return `  intact copies of ${seq} differ, ${taken}: ${sides.join(', ')}`;
  });
  // Of several streams an archive may well hold only some.
  const others = stream.others
    .filter(({ by }) => by !== 'name' || lost > 0n)
    .map((other) => otherLine(other, palette));
  return [lost === 0n ? sum : palette.bad(sum), ...others, ...told, ...differing];
}

/** What nothing proves, and what was not used, stands out. */
function otherLine({ used, by, text }: OtherUse, palette: Palette): string {
  const line = `  ${escapeText(text)}`;
  return used && by !== 'subjects' ? line : palette.warn(line);
}

function sourceName(loss: LossReport, source: number): string {
  return escapeText(loss.sources[source] ?? `source ${source}`);
}

/** The first ranges, those of one place and reason in one line; what is counted of all together is told once. */
function rangeLines({ ranges }: StreamLoss): string[] {
  const seqsOf = new Map<string, string[]>();
  let told = 0;
  for (const range of ranges) {
    if (told++ === MOST_RANGES) break;
    const { from, to } = range;
    const key = JSON.stringify(partsOfLine(range));
    seqsOf.set(key, [...(seqsOf.get(key) ?? []), from === to ? `${from}` : `${from}-${to}`]);
  }
  const counts = new Set<string>();
  const lines = [...seqsOf].map(([key, seqs]) => {
    const [before, behind, count] = JSON.parse(key) as [string, string, string];
    const isNew = !counts.has(count);
    counts.add(count);
    return `${before}${seqs.join(', ')}${behind}${isNew ? count : ''}`;
  });
  const more = ranges.length - MOST_RANGES;
  return more > 0 ? [...lines, `  and ${countText(more)} more: --loss-report FILE lists them`] : lines;
}

/** What stands before the sequences, behind, and behind that of all such ranges. */
function partsOfLine({ state, file, offset, reason, missing }: LostRange): [string, string, string] {
  const place = file === null ? '' : ` in ${escapeText(file)}${offset === null ? '' : ` at ${offset}`}`;
  return [`  ${state} `, `${place}: ${reason}`, missing === null ? '' : missingText(missing)];
}

function missingText(missing: bigint): string {
  const messages = missing === 1n ? '1 message is' : `${missing} messages are`;
  return ` (${messages} missing among such sequences, the others were deleted: nothing tells which)`;
}

function noteLine({ consumer, text, loss }: RepairNote, palette: Palette): string {
  const line = `  ${consumer === undefined ? '' : `consumer ${escapeText(consumer)}: `}${escapeText(text)}`;
  return loss ? palette.bad(line) : line;
}
