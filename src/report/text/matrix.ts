import { nameText } from '../../core/name.ts';
import type { MatrixReport, MatrixStream, ReplicaReport } from '../../operation/diff/types.ts';
import { clip, escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { table } from '../table.ts';
import { countText, counted } from '../units.ts';
import { wrap } from './wrap.ts';

/** What a line of a terminal takes. */
const LINE_CHARS = 96;

/** Replicas side by side, a line a stream. */
export function matrixText(report: MatrixReport, palette: Palette): string {
  const letters = report.sources.map((_, i) => letterOf(i));
  const columns = [{ title: 'Stream' }, ...letters.map((title) => ({ title })), { title: 'Majority' }];
  const rows = report.streams.map((stream) => [
    clip(titleOf(stream), 36),
    ...stream.replicas.map((replica) => cellText(replica, palette)),
    majorityText(stream),
  ]);
  return `${[
    ...report.sources.map(({ path, kind }, i) => `${letters[i]}: ${escapeText(path)} (${kind})`),
    '',
    ...table(columns, rows),
    '',
    ...notInAllLines(report),
    verdict(report, palette),
  ].join('\n')}\n`;
}

function titleOf({ account, name }: MatrixStream): string {
  return `${account === null ? '' : `${account}/`}${nameText(name)}`;
}

/** Streams that some archives do not hold, by those that do. */
function notInAllLines({ streams, sources }: MatrixReport): string[] {
  const byHolders = new Map<string, string[]>();
  for (const stream of streams) {
    if (stream.held_by.length === sources.length) continue;
    const holders = stream.held_by.map(letterOf).join(' ');
    byHolders.set(holders, [...(byHolders.get(holders) ?? []), clip(titleOf(stream), 60)]);
  }
  const lines = [...byHolders].flatMap(([holders, names]) =>
    wrap(`only in ${holders}: ${counted(names.length, 'stream')}: ${names.join(', ')}`, LINE_CHARS),
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

function verdict({ same, totals }: MatrixReport, palette: Palette): string {
  const total = counted(totals.streams, 'stream');
  const missing = totals.not_in_all === 0 ? '' : `; ${countText(totals.not_in_all)} not in all archives`;
  if (same) return palette.good(`same: ${total}${missing}`);
  const { different, not_compared } = totals;
  const parts = [
    ...(different === 0 ? [] : [`different: ${countText(different)} of ${total}`]),
    ...(not_compared === 0 ? [] : [`not compared: ${countText(not_compared)} of ${total}`]),
  ];
  return palette.bad(`${parts.join('; ')}${missing}`);
}

/** What a source is called in a matrix: A, B, C. */
export function letterOf(i: number): string {
  return i < 26 ? String.fromCodePoint(65 + i) : `#${i + 1}`;
}

function cellText(replica: ReplicaReport, palette: Palette): string {
  const others = [
    ...(replica.config_same === false ? ['config'] : []),
    ...(replica.consumers_same === false ? ['consumers'] : []),
  ];
  const told = [
    ...(others.length === 0 ? [] : [`${others.join(', ')} differ`]),
    ...(replica.damaged ? ['damaged'] : []),
  ];
  const text = `${statusText(replica)}${told.length === 0 ? '' : ` (${told.join('; ')})`}`;
  if (replica.damaged) return palette.bad(text);
  if (replica.status === 'same') return others.length === 0 ? palette.good(text) : palette.warn(text);
  if (replica.status === 'absent') return palette.dim(text);
  return replica.status === 'behind' || replica.status === 'ahead' ? palette.warn(text) : palette.bad(text);
}

function statusText({ status, diverged_at, missing, extra }: ReplicaReport): string {
  switch (status) {
    case 'behind':
      return `behind by ${countText(missing)}`;
    case 'ahead':
      return `ahead by ${countText(extra)}`;
    case 'diverged':
      return `diverged at ${diverged_at}`;
    case 'absent':
      return '-';
    case 'same':
    case 'missing':
    case 'unreadable':
      return status;
  }
}

/** Who holds the majority's version. */
function majorityText({ majority, replicas }: MatrixStream): string {
  if (majority === null) return 'none';
  return replicas.flatMap(({ status }, i) => (status === 'same' ? [letterOf(i)] : [])).join(' ');
}
