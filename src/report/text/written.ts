import { groupedBy } from '../../core/grouped.ts';
import { nameText } from '../../core/name.ts';
import type { Finding } from '../../findings/finding.ts';
import { isHarmless } from '../../findings/status.ts';
import type { PlanReport, SliceReport, WrittenReport, WrittenStream } from '../../operation/write/types.ts';
import type { SkippedStream } from '../../operation/loss/skipped-stream.ts';
import type { Lost, LossFields, StreamState } from '../../operation/types.ts';
import { escapeText } from '../escape.ts';
import { findingFile } from '../finding-file.ts';
import { repairCommand } from '../repair-command.ts';
import { counted } from '../units.ts';
import type { Palette } from '../palette.ts';

/** What a writing command did or would do with the archive at `path`: a line for each stream, then what to know about it. */
export function writtenText(report: WrittenReport | PlanReport, palette: Palette, path: string): string {
  const lines: string[] = [];
  const hasAccounts = new Set(report.streams.map(({ account }) => account)).size > 1;
  for (const stream of report.streams) {
    const account = hasAccounts && stream.account !== null ? `${escapeText(stream.account)}/` : '';
    const from = stream.from_name === undefined ? '' : ` (was ${escapeText(stream.from_name)})`;
    lines.push(
      `${account}${escapeText(stream.name)}${from}: ${stateText(stream.state)}`,
      ...(stream.slice === undefined ? [] : [`  ${sliceText(stream.slice)}`]),
      ...lostLines(stream, path).map((line) => palette.bad(`  ${line}`)),
      ...refusedLines(stream, palette),
      ...stream.not_carried.map((what) => palette.warn(`  not carried: ${escapeText(what)}`)),
    );
  }
  lines.push(...skippedLines(report, palette));
  const critical = report.findings.filter((one) => one.severity === 'critical' && !isHarmless(one));
  const warnings = report.findings.filter((one) => one.severity === 'warning' || isHarmless(one));
  lines.push(...findingLines(critical, 'damaged').map((line) => palette.bad(line)));
  lines.push(...findingLines(warnings, 'warning').map((line) => palette.warn(line)));
  lines.push(...noteLines(report.notes, palette));
  if (report.type === 'natsarc.v1.plan')
    lines.push(...report.steps.map((step, i) => `${i + 1}. ${escapeText(step)}`));
  return `${[...lines, outcomeLine(report)].join('\n')}\n`;
}

/** Why no server takes a stream as it was written. */
export function refusedLines({ refused }: WrittenStream, palette: Palette): string[] {
  return refused === undefined
    ? []
    : [palette.bad(`  no server takes what was written: ${escapeText(refused)}`)];
}

/** What to know about what was written. */
export function noteLines(notes: readonly string[], palette: Palette): string[] {
  return notes.map((note) => palette.warn(`note: ${escapeText(note)}`));
}

/** Streams that are not at the target. */
export function skippedLines({ skipped }: WrittenReport | PlanReport, palette: Palette): string[] {
  return skipped.map((stream) => palette.bad(skippedLine(stream)));
}

function skippedLine({ name, reason, lost_messages: messages, lost }: SkippedStream): string {
  const line = `not written: ${escapeText(nameText(name))}: ${escapeText(reason)}`;
  if (messages === 0n) return line;
  const among = lost.msgs.length === 0 ? '' : `, ${amongText(lost.msgs, messages)}`;
  return `${line}; lost: ${counted(messages, 'message')}${among}`;
}

/** What is at the target now. */
export function outcomeLine(report: WrittenReport | PlanReport): string {
  return report.type === 'natsarc.v1.plan'
    ? `nothing was written (--dry-run); it would be ${formsText(report.streams)}`
    : `written and verified: ${escapeText(report.target)}, ${formsText(report.streams)}, ${counted(report.bytes_written, 'byte')}`;
}

const FORM_WORDS = { v1: 'V1 backup', v2: 'V2 backup', tgz: '.tgz file' } as const;

/** As what streams are written: `a V1 backup`, `3 V2 backups`. */
function formsText(streams: readonly WrittenStream[]): string {
  const texts = [...groupedBy(streams, ({ form }) => form)].map(([form, { length }]) => {
    if (form === 'store') return 'files of a store';
    return length === 1 ? `a ${FORM_WORDS[form]}` : counted(length, FORM_WORDS[form]);
  });
  return texts.join(' and ');
}

const MOST_RANGES = 20;

/** What is lost of a stream of the archive at `path`, and what saves some of it. */
export function lostLines(
  {
    lost: { msgs },
    lost_messages: messages,
    repairable_messages: repairable,
    doubtful_messages: doubtful,
  }: Pick<WrittenStream, keyof LossFields>,
  path: string,
): string[] {
  if (messages === 0n) return [];
  return [
    `lost in the source: ${doubtful > 0n ? 'up to ' : ''}${counted(messages, 'message')}, ${amongText(msgs, messages)}`,
    ...(repairable === 0n
      ? []
      : [
          `of them ${counted(repairable, 'message')} can be saved: ${repairCommand(path)} keeps what is intact`,
        ]),
  ];
}

/** The sequences among which so many messages are. */
function amongText(msgs: Lost['msgs'], messages: bigint): string {
  const sequences = msgs.reduce((sum, [from, to]) => sum + to - from + 1n, 0n);
  if (sequences === 0n) return 'nothing tells which';
  const ranges = msgs.slice(0, MOST_RANGES).map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  const more = msgs.length > MOST_RANGES ? ` and ${counted(msgs.length - MOST_RANGES, 'range')} more` : '';
  const others = sequences < messages ? ' and others, nothing tells which' : '';
  return `${sequences > messages ? 'among ' : ''}${sequences === 1n ? 'sequence' : 'sequences'} ${ranges.join(', ')}${more}${others}`;
}

const MOST_FINDINGS = 5;

/** What was found in the source: the critical ones are the reason of exit code 3. */
function findingLines(found: readonly Finding[], word: string): string[] {
  const lines = found.slice(0, MOST_FINDINGS).map((finding) => {
    const file = findingFile(finding);
    const place = file === null ? '' : ` (${file})`;
    return escapeText(`${word} in the source: ${finding.code}: ${finding.message}${place}`);
  });
  const more = found.length - MOST_FINDINGS;
  return more > 0 ? [...lines, `and ${counted(more, 'finding')} more: verify tells all`] : lines;
}

/** What a stream that was written holds. */
export function stateText({ messages, first_seq, last_seq, consumer_count }: StreamState): string {
  const range =
    BigInt(messages) === 0n ? `last sequence ${last_seq}` : `sequences ${first_seq} to ${last_seq}`;
  return `${counted(messages, 'message')}, ${range}, ${counted(consumer_count, 'consumer')}`;
}

function sliceText({ renumbered, of }: SliceReport): string {
  const renumber = renumbered ? ', numbered anew' : '';
  const range = BigInt(of.messages) === 0n ? '' : `, sequences ${of.first_seq} to ${of.last_seq}`;
  return `a part of ${counted(of.messages, 'message')}${range}${renumber}`;
}
