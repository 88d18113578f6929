// npm test: install, build, fetch the real servers where Go is, run every test. Arguments go to the test runner.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, ROOT } from './prepare.mjs';

prepare();
const servers = spawnSync(process.execPath, [join(ROOT, 'scripts/install-servers.mjs')], {
  stdio: 'inherit',
});
if (servers.status !== 0) process.exit(servers.status ?? 1);
const report = join(ROOT, '.cache/test-report.json');
const args = [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
];
const done = spawnSync(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exit(done.status ?? 1);
