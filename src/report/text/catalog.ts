import { EXPLAINED, type ExplainedCode } from '../../findings/catalog/explained.ts';
import { CATALOG } from '../../findings/catalog/index.ts';
import type { Palette } from '../palette.ts';
import { table } from '../table.ts';
import { wrap } from './wrap.ts';

/** Every code, a line each. */
export function checksText(palette: Palette): string {
  const rows = Object.entries(CATALOG).map(([code, entry]) => [
    code,
    'unknown' in entry ? 'unknown' : entry.severity,
    entry.title,
  ]);
  const lines = table([{ title: 'Code' }, { title: 'Severity' }, { title: 'What' }], rows);
  return `${lines.join('\n')}\n\n${palette.dim('natsarc explain CODE tells one in full')}\n`;
}

/** One code in full. */
export function explainText(code: ExplainedCode, palette: Palette): string {
  const entry = EXPLAINED[code];
  const section = (title: string, text: string): string[] => [
    '',
    palette.bold(title),
    ...wrap(text, 90).map((line) => `  ${line}`),
  ];
  const severity = 'unknown' in entry ? 'unknown' : entry.severity;
  return `${[
    `${palette.bold(code)} (${severity}): ${entry.title}`,
    ...section('What it means', entry.meaning),
    ...section('What a server makes of it', entry.consequence),
    ...section('What to do', entry.advice),
  ].join('\n')}\n`;
}
