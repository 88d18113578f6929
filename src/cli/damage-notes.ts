import type { Finding } from '../findings/finding.ts';
import type { CliContext } from './context.ts';
import { exitOfFindings } from './exit-code.ts';

const MOST_NOTES = 20;

/** Says on standard error what was damaged or closed to us among what was given out, and sets the exit code. */
export function tellDamage(findings: readonly Finding[], context: CliContext): void {
  noteDamage(findings, context, '');
  context.setExit(exitOfFindings(findings));
}

/** Says on standard error what was damaged or closed to us; `side` tells in which archive. */
export function noteDamage(findings: readonly Finding[], context: CliContext, side: string): void {
  const told = findings.filter(
    (finding) => finding.severity === 'critical' || finding.code === 'ENC_KEY_REQUIRED',
  );
  const lines = told.map(
    ({ code, message, file }) =>
      `natsarc: ${side}${code}: ${message}${file === undefined ? '' : ` in ${file}`}`,
  );
  for (const line of [...new Set(lines)].slice(0, MOST_NOTES)) context.note(line);
}
