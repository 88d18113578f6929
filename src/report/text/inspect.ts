import { nameText } from '../../core/name.ts';
import type { InspectReport, StreamReport, StreamState } from '../../operation/types.ts';
import { shellWord } from '../../core/shell-word.ts';
import { escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { labelled, table } from '../table.ts';
import { bytesText, countOrDash, countText, counted, timeShort } from '../units.ts';
import { configurationPairs } from './stream-configuration.ts';
import { blockTable, consumerTable, subjectTable } from './stream-tables.ts';
import { damageLines, overview } from './inspect-overview.ts';
import { placeText } from './verify.ts';
import { wrap } from './wrap.ts';

/** What is listed one by one. */
export interface InspectTextOptions {
  readonly blocks: boolean;
  readonly consumers: boolean;
}

/** An archive for a person: the stream in full where there is one, else a table of all. */
export function inspectText(report: InspectReport, palette: Palette, options: InspectTextOptions): string {
  const streams = report.accounts.flatMap(({ name, streams: own }) =>
    own.map((stream) => ({ account: name, stream })),
  );
  const { source } = report;
  const format = source.snapshot_format === null ? '' : `, ${source.snapshot_format.toUpperCase()} snapshot`;
  const head = `${palette.bold(escapeText(source.path))}: ${source.kind}${format}, ${bytesText(source.bytes)}`;
  const isOne = streams.length === 1;
  const body = isOne
    ? streams.flatMap(({ account, stream }) => streamLines(account, stream, palette, options))
    : [...overview(streams), '', 'One stream in full: --stream NAME'];
  const damage = damageLines(report, palette);
  const findings = report.findings.filter((finding) => finding.severity !== 'info');
  const tail = findings
    .slice(0, 20)
    .flatMap((finding) => [
      `${palette.warn(finding.code)} ${finding.message}`,
      ...wrap(placeText(finding), 94).map((line) => `    ${line}`),
    ]);
  const more = findings.length > 20 ? [`and ${countText(findings.length - 20)} more`] : [];
  const advice = `natsarc verify ${escapeText(shellWord(source.path))} tells what that means`;
  const found = tail.length === 0 ? [] : ['', ...tail, ...more, advice];
  return `${[head, '', ...damage, ...body, ...found].join('\n')}\n`;
}

function streamLines(
  account: string | null,
  stream: StreamReport,
  palette: Palette,
  options: InspectTextOptions,
): string[] {
  const title = account === null ? '' : ` in account ${escapeText(account)}`;
  const section = (name: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', palette.bold(name), '', ...lines];
  return [
    `Stream ${palette.bold(escapeText(nameText(stream.name)))}${title}${stream.created === null ? '' : `, created ${timeShort(stream.created)}`}`,
    ...section('Configuration', stream.config === null ? [] : labelled(configurationPairs(stream.config))),
    ...section('State', stateLines(stream)),
    ...section('Declared', declaredLines(stream)),
    ...section('Blocks', options.blocks ? blockTable(stream) : blockSummary(stream)),
    ...section('Consumers', consumerTable(stream, options.consumers)),
    ...section('Subjects', stream.subjects === undefined ? [] : subjectTable(stream.subjects)),
  ];
}

function stateLines(stream: StreamReport): string[] {
  const { state } = stream;
  if (state === null)
    return [
      stream.encrypted === null
        ? '  not known: there is no data'
        : `  not known: encrypted (${stream.encrypted})`,
    ];
  return [
    ...labelled([
      ['Messages', countText(state.messages)],
      ['Bytes', bytesText(state.bytes ?? 0)],
      ['First Sequence', sequenceText(state.first_seq, state.first_ts)],
      ['Last Sequence', sequenceText(state.last_seq, state.last_ts)],
      ['Deleted Messages', countOrDash(state.num_deleted)],
      ['Number of Subjects', countOrDash(state.num_subjects)],
      ['Consumers', countText(state.consumer_count)],
    ]),
    ...gapLines(state),
  ];
}

/** An empty stream has no first message, one that was never used no last. */
function sequenceText(seq: bigint, time: string | null): string {
  const text = timeShort(time);
  return text === '-' ? countText(seq) : `${countText(seq)} @ ${text}`;
}

/** Deleted sequences as ranges, a bounded number of them. */
function gapLines(state: StreamState): string[] {
  if (state.deleted === undefined || state.deleted === null) return [];
  const ranges: string[] = [];
  let from: bigint | null = null;
  let to = 0n;
  const close = (): void => {
    if (from !== null) ranges.push(from === to ? String(from) : `${from}-${to}`);
  };
  for (const seq of state.deleted) {
    if (from !== null && seq === to + 1n) to = seq;
    else {
      close();
      if (ranges.length >= 200) return [`  Deleted: ${ranges.join(' ')} …`];
      from = seq;
      to = seq;
    }
  }
  close();
  const lines: string[] = [];
  for (let i = 0; i < ranges.length; i += 8) lines.push(`    ${ranges.slice(i, i + 8).join('  ')}`);
  return ranges.length === 0 ? [] : ['', '  Deleted sequences:', ...lines];
}

function declaredLines(stream: StreamReport): string[] {
  if (stream.declared.length === 0) return [];
  const row = (by: string, state: StreamState): string[] => [
    by,
    countText(state.messages),
    bytesText(state.bytes ?? 0),
    String(state.first_seq),
    String(state.last_seq),
    countText(state.consumer_count),
  ];
  const rows = stream.declared.map(({ by, state }) => row(by, state));
  const right = 'right' as const;
  const columns = [
    { title: 'By' },
    ...['Messages', 'Bytes', 'First', 'Last', 'Consumers'].map((title) => ({ title, align: right })),
  ];
  return table(columns, stream.state === null ? rows : [...rows, row('found', stream.state)]).map(
    (line) => `  ${line}`,
  );
}

function blockSummary(stream: StreamReport): string[] {
  if (stream.blocks.length === 0) return [];
  const bytes = stream.blocks.reduce((sum, block) => sum + block.bytes, 0);
  const compressed = stream.blocks.filter((block) => block.compression === 's2').length;
  const first = stream.blocks[0]?.index;
  const last = stream.blocks.at(-1)?.index;
  return [
    `  ${counted(stream.blocks.length, 'block')} (${first} to ${last}), ${bytesText(bytes)}, ${countText(compressed)} compressed`,
  ];
}
