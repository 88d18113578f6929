import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { stringify } from 'lossless-json';
import { parseTimeNs } from '../../../src/core/time.ts';
import type { Json } from '../captures.ts';
import { serverBinary } from '../live-server.ts';
import { messageList, messageSum } from '../message-list.ts';
import { NO_ANSWER, WireClient } from './wire-client.ts';

/** What a server says of one stream. */
export interface Observed {
  readonly outcome: 'served' | 'absent' | 'refused' | 'crash';
  readonly messages: bigint;
  readonly first_seq: bigint;
  readonly last_seq: bigint;
  readonly consumers: readonly string[];
  readonly detail: string;
  /** Messages that it gave when it was asked for them, each with its sum. */
  readonly held: ReadonlyMap<bigint, string>;
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

const READY_MS = 60_000;

/** Starts a server with one user for each account; null where it ends before it listens, or does not in time. */
export async function serve(
  version: string,
  folder: string,
  accounts: readonly string[],
  readyMs: number = READY_MS,
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
  for (let waitedMs = 0; waitedMs < readyMs && !ended; waitedMs += 50) {
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
  held: new Map(),
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
    held: new Map(),
  };
}

const AT_ONCE = 8;
const MOST_ASKED = 600;

/** Of many sequences some, evenly. */
export function sampled(wanted: readonly bigint[]): readonly bigint[] {
  const step = Math.ceil(wanted.length / MOST_ASKED);
  return wanted.filter((_, i) => i % step === 0);
}

/**
 * What a server has of a stream that was damaged: the messages in a snapshot that it makes. Asked for one of them by
 * itself, some servers read a damaged block until there is no memory left.
 */
export async function keptOf(
  client: WireClient,
  stream: string,
  folder: string,
): Promise<ReadonlyMap<bigint, string>> {
  const snapshot = await client.snapshot(stream);
  if (snapshot === null || snapshot.bytes.length === 0) return new Map();
  const { config, state, bytes } = snapshot;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'backup.json'), stringify({ config, state }) ?? '');
  writeFileSync(join(folder, 'stream.tar.s2'), bytes);
  return messageList(folder);
}

/** Asks a stream for messages, one by one; gives those that there are. Throws where the server does not answer. */
export async function heldOf(
  client: WireClient,
  stream: string,
  wanted: readonly bigint[],
): Promise<Map<bigint, string>> {
  const held = new Map<bigint, string>();
  const queue = [...sampled(wanted)];
  const work = async (): Promise<void> => {
    for (let seq = queue.pop(); seq !== undefined; seq = queue.pop()) {
      const { message, error } = await client.api(`STREAM.MSG.GET.${stream}`, `{"seq":${seq}}`);
      if (error?.description === NO_ANSWER) throw new Error(NO_ANSWER);
      if (message !== undefined) held.set(big(message.seq), sumOf(message));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return held;
}

function sumOf({ time, subject, hdrs, data }: Json): string {
  return messageSum({
    timeNs: parseTimeNs(time) ?? 0n,
    subject: Buffer.from(subject),
    header: hdrs === undefined ? null : Buffer.from(hdrs, 'base64'),
    data: Buffer.from(data ?? '', 'base64'),
  });
}

function big(value: Json): bigint {
  return BigInt(value ?? 0);
}
