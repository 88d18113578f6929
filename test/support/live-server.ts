import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { ROOT } from './captures.ts';

const SERVERS = join(ROOT, '.cache/servers');
export const SERVER_VERSIONS: readonly string[] = [
  '2.9.25',
  '2.10.29',
  '2.11.16',
  '2.12.12',
  '2.14.5',
  '2.15.2',
];

export function hasServer(version: string): boolean {
  return existsSync(join(SERVERS, version, 'nats-server')) && existsSync(join(SERVERS, 'cli/nats'));
}

export function serverBinary(version: string): string {
  return join(SERVERS, version, 'nats-server');
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A real server on a folder of its own, listening on the loopback address only; ended by its own process id. */
export class LiveServer {
  readonly #process: ChildProcess;
  readonly #url: string;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.#url = url;
  }

  static async start(version: string, storeFolder: string): Promise<LiveServer> {
    const port = await freePort();
    const child = spawn(
      serverBinary(version),
      ['-js', '-sd', storeFolder, '-a', '127.0.0.1', '-p', String(port)],
      {
        stdio: 'ignore',
      },
    );
    for (let tries = 0; tries < 100; tries++) {
      if (await answers(port)) return new LiveServer(child, `nats://127.0.0.1:${port}`);
      await delay(100);
    }
    child.kill('SIGKILL');
    throw new Error(`nats-server ${version} did not start`);
  }

  /** Runs the nats command against it. */
  nats(...args: string[]): string {
    return execFileSync(join(SERVERS, 'cli/nats'), ['--server', this.#url, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
