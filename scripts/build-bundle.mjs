// Bundles the command into dist/bundle, as CommonJS in chunks that are loaded when needed: few files to find and open,
// and none of the start-up time of ES modules. The library is dist/index.js and stays as it is.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { chunkOf } from './chunk-plan.mjs';

/** Needed by nearly every command; other packages are left where they are. */
const BUNDLED = ['lossless-json'];

const root = fileURLToPath(new URL('..', import.meta.url));
const target = `${root}dist/bundle`;
const { dependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

rmSync(target, { recursive: true, force: true });
await build({
  input: { natsarc: `${root}src/cli/main.ts`, 'thread-jobs': `${root}src/operation/thread-main.ts` },
  platform: 'node',
  external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
  output: {
    dir: target,
    format: 'cjs',
    minify: true,
    codeSplitting: { groups: [{ name: chunkOf, debugName: 'parts' }], includeDependenciesRecursively: false },
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  },
  preserveEntrySignatures: 'allow-extension',
  logLevel: 'warn',
  plugins: [
    {
      name: 'parameters',
      // Chunks are scripts with parameters (bin/chunks.js), one of which imports for them. They are ASCII, which takes
      // half of the memory of other text; putting the parameters around them later would take as much again.
      generateBundle: (_, bundle) => {
        for (const chunk of Object.values(bundle))
          chunk.code = `(function (exports, require, module, __filename, importPackage) {${asciiOf(
            chunk.code.replaceAll(/\bimport\(/g, 'importPackage('),
          )}\n})`;
      },
    },
  ],
});
/** Letters beyond ASCII stand in strings, templates and patterns only, which take escapes. */
function asciiOf(code) {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

// What a thread starts with.
writeFileSync(
  `${target}/thread-main.js`,
  "require('../../bin/chunks.js').loadChunk(require('node:path').join(__dirname, 'thread-jobs.js'));\n",
);
writeFileSync(`${target}/package.json`, '{ "type": "commonjs" }\n');
const licenses = BUNDLED.map(
  (name) => `${name}:\n\n${readFileSync(`${root}node_modules/${name}/LICENSE.md`, 'utf8')}`,
);
writeFileSync(`${target}/THIRD-PARTY.txt`, `This bundle holds ${licenses.join('\n')}`);
