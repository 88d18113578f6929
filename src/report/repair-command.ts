import { shellWord } from '../core/shell-word.ts';
import { escapeText } from './escape.ts';

/** The command that saves what is intact in an archive, to be given as it stands. */
export function repairCommand(path: string): string {
  return `natsarc repair ${escapeText(shellWord(path))} --out repaired`;
}
