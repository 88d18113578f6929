import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import type { Json } from '../captures.ts';
import { serverBinary } from '../live-server.ts';
import { WireClient } from './wire-client.ts';

/** What a server says of one stream. */
export interface Observed {
  readonly outcome: 'served' | 'absent' | 'refused' | 'crash';
  readonly messages: bigint;
  readonly first_seq: bigint;
  readonly last_seq: bigint;
  readonly consumers: readonly string[];
  readonly detail: string;
}

export interface RunningServer {
  readonly port: number;
  readonly hasEnded: () => boolean;
  readonly stop: () => Promise<void>;
}

const MEMORY_KIB = 6 * 1024 * 1024;

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Starts a server with one user for each account; null where it ends before it listens. */
export async function serve(
  version: string,
  folder: string,
  accounts: readonly string[],
): Promise<RunningServer | null> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const list = accounts.map(
    (name) => `${name}: { jetstream: enabled, users: [{ user: ${name}, password: x }] }`,
  );
  const config = join(folder, 'server.conf');
  writeFileSync(
    config,
    `listen: "127.0.0.1:${port}"\njetstream: { store_dir: "${folder}/store", max_mem: 1G, max_file: 100G }\naccounts: {\n${list.join('\n')}\n}\n`,
  );
  const log = openSync(join(folder, 'server.log'), 'a');
  // Damaged counts make a server ask for as much memory as there is: it gets so much, and ends.
  const command = `ulimit -v ${MEMORY_KIB}; exec "$0" -c "$1"`;
  const child = spawn('sh', ['-c', command, serverBinary(version), config], { stdio: ['ignore', log, log] });
  closeSync(log);
  let ended = false;
  const exit = new Promise<void>((resolve) => {
    child.once('exit', () => {
      ended = true;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    if (!ended) child.kill('SIGKILL');
    await exit;
  };
  for (let tries = 0; tries < 1200 && !ended; tries++) {
    try {
      const client = await WireClient.connect(port, accounts[0] ?? '');
      client.close();
      return { port, hasEnded: () => ended, stop };
    } catch {
      await delay(50);
    }
  }
  await stop();
  return null;
}

export const CRASHED: Observed = {
  outcome: 'crash',
  messages: 0n,
  first_seq: 0n,
  last_seq: 0n,
  consumers: [],
  detail: 'the server ended',
};

/** Asks for a stream's state and its consumers. */
export async function observe(client: WireClient, stream: string): Promise<Observed> {
  const info = await client.api(`STREAM.INFO.${stream}`);
  if (info.error !== undefined)
    return { ...CRASHED, outcome: 'absent', detail: String(info.error.description) };
  const names = await client.api(`CONSUMER.NAMES.${stream}`);
  return {
    outcome: 'served',
    messages: big(info.state.messages),
    first_seq: big(info.state.first_seq),
    last_seq: big(info.state.last_seq),
    consumers: ((names.consumers ?? []) as string[]).toSorted(),
    detail: '',
  };
}

function big(value: Json): bigint {
  return BigInt(value ?? 0);
}
