// Compiles src/kernels/assembly to one WASM module and writes it, as base64, to src/kernels/generated/kernels.ts.
// Does nothing where the sources are those of the last build.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const assembly = join(root, 'src/kernels/assembly');
const generated = join(root, 'src/kernels/generated');
const target = join(generated, 'kernels.ts');

const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
for (const name of readdirSync(assembly).toSorted())
  hash.update(name).update(readFileSync(join(assembly, name)));
const sourceHash = hash.digest('hex').slice(0, 32);

if (existsSync(target) && readFileSync(target, 'utf8').includes(sourceHash)) process.exit(0);

const asc = await import('assemblyscript/asc');
const outputs = new Map();
const log = [];
const { error } = await asc.main(
  ['index.ts', '--baseDir', '.', '--config', 'asconfig.json', '--outFile', 'kernels.wasm'],
  {
    readFile: (name, baseDir) => {
      const path = join(assembly, baseDir, name);
      return existsSync(path) ? readFileSync(path, 'utf8') : null;
    },
    writeFile: (name, contents) => void outputs.set(name, contents),
    listFiles: () => [],
    stderr: { write: (text) => void log.push(text) },
  },
);
const wasm = outputs.get('kernels.wasm');
if (error || wasm === undefined) {
  process.stderr.write(`${log.join('')}${error?.message ?? 'no output'}\n`);
  process.exit(1);
}

mkdirSync(generated, { recursive: true });
const text = `// Made by scripts/build-kernels.mjs from ../assembly. Do not edit.
export const KERNELS_SOURCE_HASH: string = '${sourceHash}';
export const KERNELS_BYTES: number = ${wasm.length};
export const KERNELS_BASE64: string =
  '${Buffer.from(wasm).toString('base64')}';
`;
const staged = `${target}.${process.pid}`;
writeFileSync(staged, text);
renameSync(staged, target);
