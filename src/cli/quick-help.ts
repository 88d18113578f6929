import { HELP } from './generated/help.ts';
import { HELP_COLUMNS } from './help-columns.ts';
import { targetOf } from './stream-target.ts';

/** Help as the full parser words it, of a command or ('') of all; null where it has to be laid out for a narrow terminal. */
export function quickHelp(topic: string): string | null {
  const isNarrow = targetOf('stdout') === 'terminal' && process.stdout.columns < HELP_COLUMNS;
  return isNarrow || !Object.hasOwn(HELP, topic) ? null : (HELP[topic] ?? null);
}
