// Installs the real servers and the nats command for the conformance tests, with Go, into .cache/servers. Without Go: says so.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './prepare.mjs';

const VERSIONS = ['2.9.25', '2.10.29', '2.11.16', '2.12.12', '2.14.5', '2.15.2'];
const CACHE = join(ROOT, '.cache/servers');
const isRequired = process.env.NATSARC_REQUIRE_SERVERS === '1';

if (spawnSync('go', ['version']).status !== 0) {
  process.stderr.write(
    'SKIPPED: Go is not installed, so no real servers: the live conformance tests will be skipped\n',
  );
  process.exit(isRequired ? 1 : 0);
}
for (const version of VERSIONS)
  install(
    join(CACHE, version),
    'nats-server',
    ['install', `github.com/nats-io/nats-server/v2@v${version}`],
    ROOT,
  );
install(
  join(CACHE, 'cli'),
  'nats',
  ['install', 'github.com/nats-io/natscli/nats'],
  join(ROOT, 'test/support/natscli'),
);

function install(folder, binary, args, cwd) {
  if (existsSync(join(folder, binary))) return;
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`go ${args.join(' ')}\n`);
  const done = spawnSync('go', args, { cwd, env: { ...process.env, GOBIN: folder }, encoding: 'utf8' });
  if (done.status === 0) return;
  process.stderr.write(`${done.stderr}\nSKIPPED: could not install ${args.at(-1)}\n`);
  if (isRequired) process.exit(1);
}
