import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';
import { HELP } from './generated/help.ts';
import { HELP_COLUMNS } from './help-columns.ts';

/** Help as the full parser words it, of a command or ('') of all; null where it has to be laid out for a narrow terminal. */
export function quickHelp(topic: string): string | null {
  const isNarrow = isTerminal() && process.stdout.columns < HELP_COLUMNS;
  return isNarrow || !Object.hasOwn(HELP, topic) ? null : (HELP[topic] ?? null);
}

function isTerminal(): boolean {
  try {
    return fstatSync(1).isCharacterDevice() && isatty(1);
  } catch {
    return false;
  }
}
