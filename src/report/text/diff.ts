import { nameText } from '../../core/name.ts';
import { isDamageOfLive } from '../../findings/status.ts';
import { stringifyJson } from '../../core/json.ts';
import type { DiffReport, NotComparable, StreamDiff, ValueChange } from '../../operation/diff/types.ts';
import type { SourceReport } from '../../operation/types.ts';
import { clip, escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { table } from '../table.ts';
import { countText, counted } from '../units.ts';
import { LINE_CHARS, messageLines, sideLine } from './diff-messages.ts';
import { wrap } from './wrap.ts';

/** Of the values of a configuration, a state, a consumer. */
const MOST_VALUES = 25;

/** A comparison for a person, as diff writes it: `-` is A, `+` is B, `!` is in both and differs. */
export function diffText(report: DiffReport, palette: Palette): string {
  const differing = report.streams.filter((stream) => !stream.same);
  const lines = [
    palette.bad(`--- ${sourceText(report.source.a)}`),
    palette.good(`+++ ${sourceText(report.source.b)}`),
    ...differing.flatMap((stream) => streamLines(stream, palette)),
    ...notComparableLines(report, palette),
    verdict(report, palette),
  ];
  return `${lines.join('\n')}\n`;
}

/** Totals only, a line a stream. */
export function diffStatText(report: DiffReport, palette: Palette): string {
  const right = (title: string): { title: string; align: 'right' } => ({ title, align: 'right' });
  const columns = [
    { title: 'Stream' },
    ...['Same', 'Only A', 'Only B', 'Changed', 'Config', 'State', 'Consumers'].map(right),
  ];
  const rows = report.streams.map((stream) => [clip(titleOf(stream), 36), ...statCells(stream)]);
  return `${[...table(columns, rows), '', verdict(report, palette)].join('\n')}\n`;
}

/** A dash where nothing was compared. */
function statCells({
  messages,
  config,
  state_changes,
  consumers,
  only_in,
  not_comparable,
}: StreamDiff): string[] {
  const unless = (part: NotComparable, count: number | bigint): string =>
    not_comparable.includes(part) ? '-' : countText(count);
  const { same, only_a, only_b, changed } = messages.totals;
  const others =
    only_in === null
      ? [
          unless('config', config.length),
          unless('state', state_changes.length),
          unless('consumers', consumers.length),
        ]
      : [`only ${only_in.toUpperCase()}`, '-', '-'];
  return [...[same, only_a, only_b, changed].map((total) => unless('messages', total)), ...others];
}

function sourceText({ path, kind, snapshot_format }: SourceReport): string {
  const snapshot = snapshot_format === null ? '' : `, ${snapshot_format.toUpperCase()} snapshot`;
  return `${escapeText(path)} (${kind}${snapshot})`;
}

function titleOf({ account, name, name_b }: StreamDiff): string {
  const title = `${account === null ? '' : `${account}/`}${nameText(name)}`;
  return name_b === undefined ? title : `${title} -> ${name_b}`;
}

function streamLines(stream: StreamDiff, palette: Palette): string[] {
  const title = palette.bold(`@@ ${clip(titleOf(stream), LINE_CHARS - 6)} @@`);
  if (stream.only_in !== null) {
    const { messages } = stream.state[stream.only_in] ?? { messages: null };
    const held = messages === null ? '' : `, ${counted(messages, 'message')}`;
    return ['', title, sideLine(stream.only_in, `only in ${stream.only_in.toUpperCase()}${held}`, palette)];
  }
  const created = isCreatedSame(stream) ? [] : [{ path: 'created', ...stream.created }];
  const changes = [...created, ...stream.config];
  return [
    '',
    title,
    ...section('configuration', changes, palette),
    ...section('state', stream.state_changes, palette),
    ...stream.consumers.flatMap(({ name, only_in, changes: own }) =>
      only_in === null
        ? section(`consumer ${clip(name, LINE_CHARS - 10)}`, own, palette)
        : [sideLine(only_in, `consumer ${clip(name, LINE_CHARS - 12)}`, palette)],
    ),
    ...messageLines(stream, palette),
    ...unreadableLines(stream, palette),
  ];
}

function isCreatedSame({ created, not_comparable }: StreamDiff): boolean {
  return not_comparable.includes('created') || created.a === created.b;
}

/** What nothing is said of, since it cannot be read. */
function unreadableLines({ unreadable_in, not_comparable }: StreamDiff, palette: Palette): string[] {
  if (unreadable_in.length === 0) return [];
  const sides = unreadable_in.map((side) => side.toUpperCase()).join(' and ');
  return [palette.warn(`  not compared, ${sides} cannot be read: ${not_comparable.join(', ')}`)];
}

function section(title: string, changes: readonly ValueChange[], palette: Palette): string[] {
  if (changes.length === 0) return [];
  return [
    `  ${title}`,
    ...changes
      .slice(0, MOST_VALUES)
      .flatMap(({ path, a, b }) => [
        ...(a === null ? [] : [sideLine('a', valueText(path, a), palette)]),
        ...(b === null ? [] : [sideLine('b', valueText(path, b), palette)]),
      ]),
    ...(changes.length > MOST_VALUES
      ? [`    and ${counted(changes.length - MOST_VALUES, 'value')} more`]
      : []),
  ];
}

function valueText(path: string, value: ValueChange['a']): string {
  return clip(`  ${path}: ${typeof value === 'string' ? value : stringifyJson(value)}`, LINE_CHARS - 2);
}

function notComparableLines(report: DiffReport, palette: Palette): string[] {
  const byList = new Map<string, string[]>();
  for (const stream of report.streams) {
    // Of those that cannot be read it is said with them.
    if (stream.not_comparable.length === 0 || stream.unreadable_in.length > 0) continue;
    const list = stream.not_comparable.join(', ');
    byList.set(list, [...(byList.get(list) ?? []), escapeText(titleOf(stream))]);
  }
  if (byList.size === 0) return [''];
  return [
    '',
    ...[...byList].flatMap(([list, names]) =>
      wrap(
        `not comparable: ${list}${report.streams.length === 1 ? '' : ` (${names.join(', ')})`}`,
        LINE_CHARS,
      ).map(palette.dim),
    ),
  ];
}

function verdict(report: DiffReport, palette: Palette): string {
  const total = counted(report.streams.length, 'stream');
  const messages = report.streams.reduce((sum, stream) => sum + stream.messages.totals.same, 0n);
  const isDamaged = [...report.findings.a, ...report.findings.b].some(isDamageOfLive);
  const limit = isDamaged ? ', as far as both could be read' : '';
  if (report.same) return palette.good(`same: ${total}, ${counted(messages, 'message')}${limit}`);
  const others = report.streams.filter((stream) => !stream.same);
  const closed = others.filter(isNothingKnown).length;
  const differing = others.length - closed;
  const parts = [
    ...(differing === 0 ? [] : [`different: ${differing} of ${total}${limit}`]),
    ...(closed === 0 ? [] : [`not compared: ${closed} of ${total}`]),
  ];
  return palette.bad(parts.join('; '));
}

/** Whether a stream is not called the same for the one reason that a side of it cannot be read. */
function isNothingKnown(stream: StreamDiff): boolean {
  const { only_a, only_b, changed } = stream.messages.totals;
  const changes = [stream.config, stream.state_changes, stream.consumers].some((list) => list.length > 0);
  return (
    stream.only_in === null &&
    stream.unreadable_in.length > 0 &&
    isCreatedSame(stream) &&
    !changes &&
    only_a + only_b + changed === 0n
  );
}
