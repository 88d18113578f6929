import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT, type Json } from './captures.ts';
import { isThere } from './needed.ts';

const SERVERS = join(ROOT, '.cache/servers');
const NATS = join(SERVERS, 'cli/nats');
export const SERVER_VERSIONS: readonly string[] = [
  '2.9.25',
  '2.10.29',
  '2.11.16',
  '2.12.12',
  '2.14.5',
  '2.15.2',
];

const NOT_ABOUT_STORES = /Plaintext passwords|took too long|Readloop processing time|Slow Consumer/;

/** Whether tests run on a real server of a version: where servers are required they do, and fail without it. */
export function hasServer(version: string): boolean {
  if (process.env['NATSARC_REQUIRE_SERVERS'] === '1') return true;
  const isInstalled = existsSync(join(SERVERS, version, 'nats-server')) && existsSync(NATS);
  return isThere(isInstalled, `what needs nats-server ${version}, which is not installed`);
}

export function serverBinary(version: string): string {
  return join(SERVERS, version, 'nats-server');
}

/** A real server on a folder of its own, listening on the loopback address only; ended by its own process id. */
export class LiveServer {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #address: string;
  readonly #monitor: string;
  readonly #logFile: string;

  private constructor(process: ChildProcess, address: string, monitor: string, logFile: string) {
    this.pid = process.pid ?? 0;
    this.#process = process;
    this.#address = address;
    this.#monitor = monitor;
    this.#logFile = logFile;
  }

  /** With accounts, each has a user of its own name in lower case, which is the password too. */
  static async start(
    version: string,
    storeFolder: string,
    accounts: readonly string[] = [],
  ): Promise<LiveServer> {
    const [configFile, logFile, portsFolder] = [
      `${storeFolder}.conf`,
      `${storeFolder}.log`,
      `${storeFolder}.ports`,
    ];
    mkdirSync(portsFolder, { recursive: true });
    writeFileSync(configFile, configText(storeFolder, portsFolder, accounts));
    const child = spawn(serverBinary(version), ['-c', configFile, '-l', logFile], { stdio: 'ignore' });
    const ports = join(portsFolder, `nats-server_${child.pid}.ports`);
    for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
      const found = addressesIn(ports);
      if (found !== null) return new LiveServer(child, found.client, found.monitor, logFile);
      await delay(100);
    }
    child.kill('SIGKILL');
    throw new Error(`nats-server ${version} did not start`);
  }

  /** Runs the nats command against it. */
  nats(...args: string[]): string {
    return this.natsAs('', ...args);
  }

  /** The same as the user of an account; none for the global one. */
  natsAs(account: string, ...args: string[]): string {
    return execFileSync(NATS, ['--server', this.#urlOf(account), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** The same, for when several servers are asked at a time. */
  async askAs(account: string, ...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(NATS, ['--server', this.#urlOf(account), ...args]);
    return stdout;
  }

  #urlOf(account: string): string {
    const user = account.toLowerCase();
    return `nats://${user === '' ? '' : `${user}:${user}@`}${this.#address}`;
  }

  /** Waits until no stream has changed for a while: what is too old is removed by timers. */
  async rest(): Promise<void> {
    let before = '';
    for (let looks = 0; looks < 20; looks++) {
      const now = await this.#streamStates();
      if (now === before) return;
      before = now;
      await delay(1500);
    }
    throw new Error('the server does not come to rest');
  }

  async #streamStates(): Promise<string> {
    const answer = await fetch(`http://${this.#monitor}/jsz?accounts=true&streams=true&consumers=true`);
    const { account_details: accounts = [] } = (await answer.json()) as Json;
    const streams = accounts.flatMap(({ name, stream_detail: details = [] }: Json) =>
      details.map((stream: Json) => `${name} ${JSON.stringify(stateOf(stream))}`),
    );
    return streams.toSorted().join();
  }

  /** Warnings and errors it has logged about what it stores, without their times; not that this machine is slow. */
  complaints(): string[] {
    return readFileSync(this.#logFile, 'utf8')
      .split('\n')
      .filter((line) => /\[(?:WRN|ERR|FTL)\]/.test(line) && !NOT_ABOUT_STORES.test(line))
      .map((line) => line.replace(/^.*?\[(WRN|ERR|FTL)\]/, '$1'));
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
  }
}

function configText(storeFolder: string, portsFolder: string, accounts: readonly string[]): string {
  const users = accounts.map((account) => {
    const user = account.toLowerCase();
    return `  "${account}" { jetstream: enabled, users: [ { user: "${user}", password: "${user}" } ] }`;
  });
  return [
    // The server takes ports that are free and tells which: one that was found before may be taken by then.
    'listen: "127.0.0.1:-1"',
    'http: "127.0.0.1:-1"',
    `ports_file_dir: "${portsFolder}"`,
    `jetstream { store_dir: "${storeFolder}", max_file_store: 34359738368 }`,
    ...(users.length === 0 ? [] : ['accounts {', ...users, '}']),
    '',
  ].join('\n');
}

/** Host and port for clients and for monitoring, as the server wrote them; null where it has not yet. */
function addressesIn(portsFile: string): { readonly client: string; readonly monitor: string } | null {
  try {
    const { nats, monitoring } = JSON.parse(readFileSync(portsFile, 'utf8')) as Json;
    return { client: new URL(nats[0]).host, monitor: new URL(monitoring[0]).host };
  } catch {
    return null;
  }
}

/** Without times: answers bear that of the asking. */
function stateOf({ name, state, consumer_detail: consumers = [] }: Json): Json {
  return [
    name,
    state.messages,
    state.first_seq,
    state.last_seq,
    consumers
      .map((one: Json) => [one.name, one.delivered.stream_seq, one.ack_floor.stream_seq, one.num_ack_pending])
      .toSorted(),
  ];
}
