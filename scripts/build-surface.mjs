// Asks the command modules what they take and writes it to src/cli/generated: surface.ts, a table for the quick parser,
// and help.ts, the help texts as the full parser words them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { recordSurface } from './record-surface.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const generated = `${root}src/cli/generated`;
const staged = `${root}dist/.surface.mjs`;
const NOTE = '// Made by scripts/build-surface.mjs from ../commands. Do not edit.\n';

await build({
  input: `${root}scripts/surface-entry.ts`,
  platform: 'node',
  external: /^[^./]/,
  output: { file: staged, format: 'esm', codeSplitting: false },
  logLevel: 'silent',
});
try {
  const { COMMANDS, fullParser, ARCHIVE, GLOBAL_FLAGS, HELP_COLUMNS } = await import(
    pathToFileURL(staged).href
  );
  const surface = {};
  const help = { '': await helpOf([]) };
  for (const [name, load] of Object.entries(COMMANDS)) {
    surface[name] = recordSurface(await load(), GLOBAL_FLAGS, ARCHIVE);
    help[name] = await helpOf([name]);
  }
  mkdirSync(generated, { recursive: true });
  writeFileSync(
    `${generated}/surface.ts`,
    `${NOTE}import type { Surface } from '../surface.ts';\n\nexport const SURFACE: Surface = ${JSON.stringify(surface, null, 1)};\n`,
  );
  writeFileSync(
    `${generated}/help.ts`,
    `${NOTE}export const HELP: Readonly<Record<string, string>> = ${JSON.stringify(help, null, 1)};\n`,
  );

  async function helpOf(args) {
    const parser = await fullParser([...args, '--help'], HELP_COLUMNS, async () => {});
    return new Promise((resolve) => parser.parse([...args, '--help'], (_error, _argv, text) => resolve(text)));
  }
} finally {
  rmSync(staged, { force: true });
}
