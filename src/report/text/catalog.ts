import type { CatalogEntry } from '../../findings/catalog-entry.ts';
import { EXPLAINED, type ExplainedCode } from '../../findings/catalog/explained.ts';
import { CATALOG } from '../../findings/catalog/index.ts';
import type { Palette } from '../palette.ts';
import { table } from '../table.ts';
import { wrap } from './wrap.ts';

/** As `--json` has it; beside it that the status is then UNKNOWN, unless something critical was found. */
function severityText(entry: CatalogEntry): string {
  return entry.unknown === true ? `${entry.severity}, UNKNOWN` : entry.severity;
}

/** Every code, a line each. */
export function checksText(palette: Palette): string {
  const rows = Object.entries(CATALOG).map(([code, entry]) => [code, severityText(entry), entry.title]);
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
  return `${[
    `${palette.bold(code)} (${severityText(entry)}): ${entry.title}`,
    ...section('What it means', entry.meaning),
    ...section('What a server makes of it', entry.consequence),
    ...section('What to do', entry.advice),
  ].join('\n')}\n`;
}
