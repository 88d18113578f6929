import type { MatrixReport, MatrixStream, ReplicaReport } from '../../operation/diff/types.ts';
import { clip, escapeText } from '../escape.ts';
import type { Palette } from '../palette.ts';
import { table } from '../table.ts';
import { countText, counted } from '../units.ts';

/** Replicas side by side, a line a stream. */
export function matrixText(report: MatrixReport, palette: Palette): string {
  const letters = report.sources.map((_, i) => letterOf(i));
  const columns = [{ title: 'Stream' }, ...letters.map((title) => ({ title })), { title: 'Majority' }];
  const rows = report.streams.map((stream) => [
    clip(`${stream.account === null ? '' : `${stream.account}/`}${stream.name}`, 36),
    ...stream.replicas.map((replica) => cellText(replica, palette)),
    majorityText(stream),
  ]);
  const differing = report.streams.filter((stream) => !stream.same).length;
  const total = counted(report.streams.length, 'stream');
  return `${[
    ...report.sources.map(({ path, kind }, i) => `${letters[i]}: ${escapeText(path)} (${kind})`),
    '',
    ...table(columns, rows),
    '',
    report.same ? palette.good(`same: ${total}`) : palette.bad(`different: ${differing} of ${total}`),
  ].join('\n')}\n`;
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
  const text = `${statusText(replica)}${others.length === 0 ? '' : ` (${others.join(', ')} differ)`}`;
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
