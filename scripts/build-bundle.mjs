// Bundles the command into dist/bundle, as CommonJS in chunks that are loaded when needed: few files to find and open,
// and none of the start-up time of ES modules. The library is dist/index.js and stays as it is.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = `${root}dist/bundle`;

rmSync(target, { recursive: true, force: true });
await build({
  input: { 'natsarc': `${root}src/cli/main.ts`, 'worker-main': `${root}src/workers/worker-main.ts` },
  platform: 'node',
  external: ['yargs'],
  output: {
    dir: target,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  },
  logLevel: 'warn',
});
writeFileSync(`${target}/package.json`, '{ "type": "commonjs" }\n');
writeFileSync(
  `${target}/THIRD-PARTY.txt`,
  `This bundle holds lossless-json:\n\n${readFileSync(`${root}node_modules/lossless-json/LICENSE.md`, 'utf8')}`,
);
