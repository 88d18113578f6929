// Writes beside each chunk of the bundle the code that V8 makes of it, as far as common commands run it (bin/chunks.js):
// compiling it anew is a third of the time that a command on a small archive takes.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const entry = join(root, 'dist/bundle/natsarc.js');

if (process.argv[2] === 'run') await runCommands(process.argv[3]);
else {
  const scratch = mkdtempSync(join(tmpdir(), 'natsarc-build-'));
  try {
    // What the commands print is not wanted, nor their exit code: a difference is one.
    const { stderr } = spawnSync(process.execPath, [self, 'run', scratch], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    if (!existsSync(`${entry}.code`)) throw new Error(`no code was made: ${stderr}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function runCommands(scratch) {
  const { codeOfLoaded, keepScripts, loadChunk } = createRequire(import.meta.url)('../bin/chunks.js');
  keepScripts();
  const { main } = loadChunk(entry);
  const [v1, v2] = ['ORDERS', 'ORDERS-v2'].map((name) => join(root, 'testdata/backups', name));
  const store = join(root, 'testdata/captures/2.14.5-full/store');
  const data = join(scratch, 'store');
  mkdirSync(data);
  // Each command listens for signals, as if it were alone.
  process.setMaxListeners(0);
  for (const args of [
    ['verify', store],
    ['verify', '--json', v1],
    ['verify', '--check', v2],
    ['inspect', store],
    ['inspect', '--deep', v1],
    ['cat', '--limit', '5', v1],
    ['diff', v1, v2],
    ['pack', store, '--account', '$G', '--stream', 'ORDERS', '--out', join(scratch, 'packed')],
    ['extract-into-data-dir', v1, data],
    ['rewrite-stream-name', v1, 'COPY', '--out', join(scratch, 'copy')],
    ['slice', v1, '--max-seq', '10', '--out', join(scratch, 'sliced')],
    ['repair', v1, '--out', join(scratch, 'repaired')],
    ['preflight', store],
  ])
    await main([...args, '--no-progress']);
  for (const [path, code] of codeOfLoaded()) writeFileSync(`${path}.code`, code);
}
