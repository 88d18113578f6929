// Real servers for the benchmark: each on a folder of its own, on the loopback address, ended by its own process id.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from '../prepare.mjs';

const SERVERS = join(ROOT, '.cache/servers');
const CLI = join(SERVERS, 'cli/nats');

export function hasServer(version) {
  return existsSync(join(SERVERS, version, 'nats-server')) && existsSync(CLI);
}

/** Starts a server; `readyMs` tells how long it took until it said it was ready, recovery of its streams included. */
export async function startServer(version, folder) {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(
    join(SERVERS, version, 'nats-server'),
    ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  const readyMs = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error(`nats-server ${version} ended: ${log.slice(-300)}`)));
    child.stderr.on('data', (data) => {
      if (log.length < 1e6) log += data;
      if (log.includes('Server is ready')) resolve(performance.now() - begun);
    });
  });
  child.removeAllListeners('exit');
  const end = async (signal) => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  return { port, readyMs, stop: () => end('SIGTERM'), crash: () => end('SIGKILL') };
}

/** Runs the nats command; throws what it says where it fails. */
export function nats(port, ...args) {
  const done = spawnSync(CLI, ['--server', `nats://127.0.0.1:${port}`, ...args], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`nats ${args.join(' ')}: ${done.stdout}${done.stderr}`);
}

async function freePort() {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
