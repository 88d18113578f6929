// What build-surface.mjs asks of the command modules.
import { COMMANDS } from '../src/cli/commands/index.ts';
import { HELP_COLUMNS } from '../src/cli/help-columns.ts';
import { fullParser } from '../src/cli/full-parser.ts';
import type { CommandSurface } from '../src/cli/surface.ts';
import { recordSurface } from './record-surface.ts';

/** What every command takes, null where only the full parser knows. */
export async function recordSurfaces(
  say: (text: string) => void,
): Promise<Record<string, CommandSurface | null>> {
  const surfaces: Record<string, CommandSurface | null> = {};
  for (const [name, load] of Object.entries(COMMANDS)) {
    const recorded = recordSurface(await load());
    if ('unknown' in recorded)
      say(`${name} starts slowly: the quick parser does not know ${recorded.unknown.join(', ')}`);
    surfaces[name] = 'unknown' in recorded ? null : recorded;
  }
  return surfaces;
}

/** Help as the full parser words it, of every command and ('') of all. */
export async function recordHelp(): Promise<Record<string, string>> {
  const help: Record<string, string> = { '': await helpOf(['--help']) };
  for (const name of Object.keys(COMMANDS)) help[name] = await helpOf([name, '--help']);
  return help;
}

async function helpOf(args: readonly string[]): Promise<string> {
  const parser = await fullParser(args, HELP_COLUMNS, async () => {});
  return new Promise((resolve) => {
    void parser.parse([...args], (_error: unknown, _argv: unknown, text: string) => resolve(text));
  });
}
