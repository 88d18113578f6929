import { nameText } from '../../core/name.ts';
import type { InspectReport, StreamReport, StreamState } from '../../operation/types.ts';
import { clip, escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { labelled, table } from '../table.ts';
import { bytesText, countOrDash, countText, counted, timeShort } from '../units.ts';
import { configurationPairs } from './stream-configuration.ts';
import { blockTable, consumerTable, subjectTable } from './stream-tables.ts';
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
  const findings = report.findings.filter((finding) => finding.severity !== 'info');
  const tail = findings
    .slice(0, 20)
    .flatMap((finding) => [
      `${palette.warn(finding.code)} ${finding.message}`,
      ...wrap(placeText(finding), 94).map((line) => `    ${line}`),
    ]);
  return `${[head, '', ...body, ...(tail.length === 0 ? [] : ['', ...tail, ...(findings.length > 20 ? [`and ${countText(findings.length - 20)} more`] : []), 'natsarc verify tells what that means'])].join('\n')}\n`;
}

function overview(streams: readonly { account: string | null; stream: StreamReport }[]): string[] {
  const columns = [
    { title: 'Account' },
    { title: 'Stream' },
    { title: 'Messages', align: 'right' as const },
    { title: 'Bytes', align: 'right' as const },
    { title: 'Last', align: 'right' as const },
    { title: 'Blocks', align: 'right' as const },
    { title: 'Consumers', align: 'right' as const },
  ];
  const rows = streams.map(({ account, stream }) => [
    clip(account ?? '-', 12),
    clip(nameText(stream.name), 30),
    countOrDash(stream.state?.messages),
    stream.state === null
      ? stream.encrypted === null
        ? '-'
        : 'encrypted'
      : bytesText(stream.state.bytes ?? 0),
    stream.state === null ? '-' : String(stream.state.last_seq),
    countText(stream.blocks.length),
    countText(stream.consumers.length),
  ]);
  const total = streams.reduce((sum, { stream }) => sum + BigInt(stream.state?.messages ?? 0), 0n);
  const bytes = streams.reduce((sum, { stream }) => sum + BigInt(stream.state?.bytes ?? 0), 0n);
  const accounts = new Set(streams.map(({ account }) => account)).size;
  return [
    ...table(columns, rows),
    '',
    `${counted(streams.length, 'stream')} in ${counted(accounts, 'account')}: ${counted(total, 'message')}, ${bytesText(bytes)}`,
  ];
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
