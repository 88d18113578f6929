// Asks the command modules what they take and writes it to src/cli/generated: surface.ts, a table for the quick parser,
// and help.ts, the help texts as the full parser words them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

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
  const { recordSurfaces, recordHelp } = await import(pathToFileURL(staged).href);
  const surface = await recordSurfaces((text) => process.stderr.write(`${text}\n`));
  const help = await recordHelp();
  mkdirSync(generated, { recursive: true });
  writeFileSync(
    `${generated}/surface.ts`,
    `${NOTE}import type { Surface } from '../surface.ts';\n\nexport const SURFACE: Surface = ${JSON.stringify(surface, null, 1)};\n`,
  );
  writeFileSync(
    `${generated}/help.ts`,
    `${NOTE}export const HELP: Readonly<Record<string, string>> = ${JSON.stringify(help, null, 1)};\n`,
  );
} finally {
  rmSync(staged, { force: true });
}
