// What a fresh clone needs before anything runs: packages, then a build. Quiet unless something fails.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Installs packages and builds, where what is there is older than what it is made from. */
export function prepare() {
  const installed = mtime(join(ROOT, 'node_modules/.package-lock.json'));
  if (installed < mtime(join(ROOT, 'package-lock.json')))
    run('installing packages', 'npm', ['ci', '--no-audit', '--no-fund']);
  const built = mtime(join(ROOT, 'dist/cli/main.js'));
  const sources = ['src', 'schemas', 'scripts', 'tsconfig.json', 'package.json'].map((name) =>
    newest(join(ROOT, name)),
  );
  if (built < Math.max(...sources)) run('building', 'npm', ['run', '--silent', 'build']);
}

function mtime(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(path) {
  if (!statSync(path).isDirectory()) return mtime(path);
  const inside = readdirSync(path).filter((name) => name !== 'generated');
  return Math.max(0, ...inside.map((name) => newest(join(path, name))));
}

function run(what, command, args) {
  process.stderr.write(`${what} ...\n`);
  const done = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', shell: process.platform === 'win32' });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ''}${done.stderr ?? ''}\n${what} failed\n`);
  process.exit(1);
}
