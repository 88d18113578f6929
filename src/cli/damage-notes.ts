import type { Finding } from '../findings/finding.ts';
import type { CliContext } from './context.ts';
import { exitOfFindings } from './exit-code.ts';

const MOST_NOTES = 20;

/** Says on standard error what was damaged or closed to us among what was given out, and sets the exit code. */
export function tellDamage(findings: readonly Finding[], context: CliContext): void {
  const told = findings.filter(
    (finding) => finding.severity === 'critical' || finding.code === 'ENC_KEY_REQUIRED',
  );
  const lines = told.map(
    ({ code, message, file }) => `natsarc: ${code}: ${message}${file === undefined ? '' : ` in ${file}`}`,
  );
  for (const line of [...new Set(lines)].slice(0, MOST_NOTES)) context.note(line);
  context.setExit(exitOfFindings(findings));
}
