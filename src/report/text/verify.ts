import { groupedBy } from '../../core/grouped.ts';
import { CATALOG } from '../../findings/catalog/index.ts';
import type { Finding } from '../../findings/finding.ts';
import { noteText } from '../../findings/note-text.ts';
import { raisedStatus, type Status } from '../../findings/status.ts';
import { hasMark } from '../../findings/marks.ts';
import type { VerifyReport, VerifyStreamReport } from '../../operation/types.ts';
import { clip, escapeText } from '../escape.ts';
import { findingFile } from '../finding-file.ts';
import type { Palette } from '../palette.ts';
import { rowNames } from '../row-names.ts';
import { table } from '../table.ts';
import { sequencesText } from '../sequences-text.ts';
import { bytesText, countOrDash, countText, counted } from '../units.ts';
import { totalsText } from '../verify-line.ts';
import { predictionLines } from './predictions.ts';
import { wrap } from './wrap.ts';
import { moreInJson } from './more-in-json.ts';

/** How many places of one code are listed; `--json` has them all. */
const MOST_PLACES = 20;
const SEVERITIES = ['critical', 'warning', 'info'] as const;

/** A verification for a person: a line for each stream, then what was found, then the verdict. */
export function verifyText(report: VerifyReport, palette: Palette, isWarningCritical: boolean): string {
  const byStream = new FindingsByStream(report.findings);
  const hasStreams = report.streams.length > 0;
  const lines = hasStreams ? [...streamLines(report, byStream, palette, isWarningCritical), ''] : [];
  for (const severity of SEVERITIES) lines.push(...severityLines(report, severity, palette));
  lines.push(...predictionLines(report, palette), ...noteLines(report, palette));
  lines.push(
    `${paintStatus(report.status, palette)}: ${totalsText(report)} checked${verdict(report, byStream)}`,
  );
  return `${lines.join('\n')}\n`;
}

/** Findings by the stream that they are about: a store may have thousands of both. */
class FindingsByStream {
  readonly #known: ReadonlyMap<string, readonly Finding[]>;

  constructor(findings: readonly Finding[]) {
    this.#known = groupedBy(findings, ({ account = null, stream = '' }) => keyOf(account, stream));
  }

  of({ account, name }: VerifyStreamReport): readonly Finding[] {
    return this.#known.get(keyOf(account, name)) ?? [];
  }
}

function keyOf(account: string | null, stream: string): string {
  return JSON.stringify([account, stream]);
}

function streamLines(
  report: VerifyReport,
  byStream: FindingsByStream,
  palette: Palette,
  isWarningCritical: boolean,
): string[] {
  const hasAccounts = report.streams.some((stream) => stream.account !== null);
  const columns = [
    ...(hasAccounts ? [{ title: 'Account' }] : []),
    { title: 'Stream' },
    { title: 'Messages', align: 'right' as const },
    { title: 'Bytes', align: 'right' as const },
    { title: 'Sequences', align: 'right' as const },
    { title: 'Lost', align: 'right' as const },
    { title: 'Status' },
  ];
  const names = rowNames(report.streams);
  const rows = report.streams.map((stream, i) => [
    ...(hasAccounts ? [clip(stream.account ?? '-', 12)] : []),
    clip(names[i] ?? '', hasAccounts ? 28 : 40),
    countOrDash(stream.actual?.messages),
    stream.actual === null ? '-' : bytesText(stream.actual.bytes ?? 0),
    stream.actual === null ? '-' : sequencesText(stream.actual),
    lostText(stream, byStream.of(stream)),
    paintStatus(raisedStatus(stream.status, isWarningCritical), palette),
  ]);
  return table(columns, rows);
}

/** Where no block is left, and no index, nothing tells how many there were. */
function lostText(stream: VerifyStreamReport, findings: readonly Finding[]): string {
  const isAllGone = findings.some(({ code }) => code === 'BLK_ALL_MISSING');
  if (isAllGone) return '?';
  const { lost_messages: lost } = stream;
  if (stream.actual === null && lost === 0n) return '-';
  return `${mayBeFewer(stream, findings) ? '≤ ' : ''}${countText(lost)}`;
}

/** Whether some that are counted lost may not be: they were deleted, or a repair finds them. */
function mayBeFewer(stream: VerifyStreamReport, findings: readonly Finding[]): boolean {
  const isUncounted = hasMark(findings, 'cut') || findings.some(({ code }) => code === 'DECL_MESSAGES_FEWER');
  const isUnread = isUncounted && hasMark(findings, 'unread-chunk');
  return stream.doubtful_messages > 0n || (isUnread && stream.lost_messages > 0n);
}

function severityLines(report: VerifyReport, severity: Finding['severity'], palette: Palette): string[] {
  const ofSeverity = report.findings.filter((finding) => finding.severity === severity);
  const byCode = groupedBy(ofSeverity, ({ code }) => code);
  const paint = severity === 'critical' ? palette.bad : severity === 'warning' ? palette.warn : palette.dim;
  const isVerbose = severity !== 'info';
  return [...byCode].flatMap(([code, findings]) => [
    `${paint(severity.toUpperCase())} ${palette.bold(code)}: ${CATALOG[code].title}${findings.length > 1 ? ` (${countText(findings.length)} times)` : ''}`,
    ...(isVerbose ? findings.slice(0, MOST_PLACES).flatMap((finding) => placeLines(finding)) : []),
    ...(isVerbose ? moreInJson(findings.length, MOST_PLACES) : []),
    ...(isVerbose ? wrap(CATALOG[code].consequence, 92).map((line) => palette.dim(`    ${line}`)) : []),
    '',
  ]);
}

/** Where it is, and the evidence: `ORDERS msgs/1.blk, offset 1,234, seq 17 (found 3)`. */
export function placeText(finding: Finding): string {
  const name = [finding.account, finding.stream, finding.consumer]
    .filter((part) => part !== undefined)
    .join('/');
  const parts = [
    [name, findingFile(finding)].filter((part) => part !== null && part !== '').join(' '),
    ...(finding.offset === undefined ? [] : [`offset ${countText(finding.offset)}`]),
    ...(finding.length === undefined || finding.length === 0 ? [] : [counted(finding.length, 'byte')]),
    ...(finding.seq === undefined ? [] : [`seq ${finding.seq}`]),
  ];
  const data = Object.entries(finding.data ?? {})
    .filter(([key, value]) => !isUnknownNeighbour(key, value))
    .map(([key, value]) => `${key.replaceAll('_', ' ')} ${String(value)}`);
  const text = `${parts.filter((part) => part !== '').join(', ')}${data.length === 0 ? '' : ` (${data.join(', ')})`}`;
  return escapeText(text);
}

/** Sequences of the sound records around a damaged one: 0 where there is none. */
function isUnknownNeighbour(key: string, value: unknown): boolean {
  return (key === 'seq_before' || key === 'seq_after') && (value === 0n || value === 0);
}

function placeLines(finding: Finding): string[] {
  return wrap(placeText(finding), 94).map((line, i) => `${i === 0 ? '    ' : '      '}${line}`);
}

/** What is to be known of deleted messages. */
function noteLines({ notes }: VerifyReport, palette: Palette): string[] {
  if (notes.length === 0) return [];
  const lines = notes.flatMap((note) => wrap(escapeText(`note: ${noteText(note)}`), 98));
  return [...lines.map((line) => palette.warn(line)), ''];
}

/** A status in its colour. */
export function paintStatus(status: Status, palette: Palette): string {
  if (status === 'OK') return palette.good(status);
  return status === 'CRITICAL' ? palette.bad(status) : palette.warn(status);
}

function verdict(report: VerifyReport, byStream: FindingsByStream): string {
  const lost = report.streams.reduce((sum, stream) => sum + stream.lost_messages, 0n);
  const most = report.streams.some((stream) => mayBeFewer(stream, byStream.of(stream))) ? 'up to ' : '';
  const count = (severity: string): number =>
    report.findings.filter((finding) => finding.severity === severity).length;
  const saved = report.streams.reduce((sum, stream) => sum + stream.repairable_messages, 0n);
  const saves = saved > 0n ? `, ${saved === lost ? 'all' : saved} of which repair saves` : '';
  const parts = [
    ...(lost > 0n ? [`${most}${counted(lost, 'message')} lost${saves}`] : []),
    ...(count('critical') > 0 ? [counted(count('critical'), 'critical finding')] : []),
    ...(count('warning') > 0 ? [counted(count('warning'), 'warning')] : []),
  ];
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`;
}
