// npm start: install, build, then the main job on a real capture; with arguments, those instead.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, ROOT } from './prepare.mjs';

const CAPTURE = 'testdata/backups/ORDERS';
const given = process.argv.slice(2);

prepare();
if (given.length > 0) process.exit(natsarc(given, process.env.INIT_CWD ?? process.cwd()));
for (const command of ['inspect', 'verify']) {
  process.stdout.write(`\n$ natsarc ${command} ${CAPTURE}\n`);
  const status = natsarc([command, CAPTURE], ROOT);
  if (status !== 0) process.exit(status);
}

function natsarc(args, cwd) {
  const done = spawnSync(process.execPath, [join(ROOT, 'bin/natsarc.js'), ...args], {
    cwd,
    stdio: 'inherit',
  });
  return done.status ?? 1;
}
