import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'lossless-json';
import { openContainer } from '../../../src/container/open.ts';
import { readEntry } from '../../../src/model/read-entry.ts';
import { verifyArchive } from '../../../src/operation/verify/run.ts';
import type { Prediction } from '../../../src/operation/types.ts';
import { SnapshotWriter } from '../../../src/writer/snapshot-writer.ts';
import { distinctCaptures, type Json } from '../captures.ts';
import { originalOf } from './original.ts';
import {
  comparisonsOf,
  predictionFor,
  type Answers,
  type Case,
  type Comparison,
  type OracleOptions,
  type OracleResult,
} from './compare.ts';
import { askInLots, askServer, eachOf } from './lots.ts';
import { mutateFile, mutateStore } from './mutate.ts';
import { Random } from '../random.ts';
import { CRASHED, keptOf, observe, type Observed } from './serve.ts';
import { donorsFor, filesOf } from './stream-files.ts';
import { WireClient } from './wire-client.ts';

const LOT = 150;
/** Damaged counts make a server ask for memory until it ends: so long that takes. */
const RESTORE_MS = 40_000;
const CHUNK_BYTES = 64 * 1024;

interface Backup {
  readonly path: string;
  readonly name: string;
  readonly origin: string;
}

/** Every stream backup of the captures of which the data is there. */
function backups(): Backup[] {
  return distinctCaptures().flatMap((capture) => {
    const root = join(capture.folder, 'backups');
    if (capture.set !== 'full' || !existsSync(root)) return [];
    return readdirSync(root).flatMap((account) =>
      readdirSync(join(root, account))
        .toSorted()
        .map((name) => ({
          path: join(root, account, name),
          name,
          origin: `${capture.id} backup ${account}/${name}`,
        }))
        .filter(({ path }) => existsSync(join(path, 'stream.tar.s2'))),
    );
  });
}

/** Damages backups of the captures, predicts what servers restore from them, and lets the servers do it. */
export async function runRestoreOracle(options: OracleOptions): Promise<OracleResult> {
  const random = new Random(options.seed);
  const sources = backups();
  const damaged = join(options.folder, 'damaged');
  const cases: Case[] = [];
  const predictions = new Map<string, readonly Prediction[]>();
  for (let i = 0; i < options.count; i++) {
    const source = random.pick(sources);
    const account = `R${String(i).padStart(5, '0')}`;
    const path = join(damaged, account);
    cpSync(source.path, path, { recursive: true });
    const done = await damageBackup(path, join(options.folder, 'unpacked'), random, donorsFor(source.name));
    if (options.only?.has(account) === false) {
      rmSync(path, { recursive: true });
      continue;
    }
    const { name: stream, origin, path: originalPath } = source;
    const { messages } = await originalOf(originalPath);
    cases.push({ account, stream, origin, done, originalPath, messages, path });
    const report = await verifyArchive(path, { jobs: 1 });
    predictions.set(account, report.streams[0]?.predictions ?? []);
  }
  const comparisons: Comparison[] = [];
  const answers = new Map<string, Answers>();
  for (const version of options.versions) {
    const predicted = new Map(
      [...predictions].flatMap(([account, all]) => {
        const prediction = predictionFor(all, version);
        return prediction === undefined ? [] : [[account, prediction] as const];
      }),
    );
    const asked = cases.filter((one) => predicted.has(one.account));
    const folder = join(options.folder, version);
    const read: ReadMessages = async (client, one) =>
      keptOf(client, one.stream, join(folder, 'kept', one.account));
    const observed = await askRestores(version, folder, asked, predicted, read);
    answers.set(version, observed);
    comparisons.push(...comparisonsOf(asked, version, predicted, observed));
  }
  return { cases, comparisons, answers };
}

/** Either the snapshot as a file, or the files in it. */
async function damageBackup(
  folder: string,
  unpacked: string,
  random: Random,
  donors: readonly string[],
): Promise<string> {
  const snapshot = join(folder, 'stream.tar.s2');
  if (random.below(25) === 0) return 'nothing';
  if (random.below(4) === 0) return mutateFile(folder, 'stream.tar.s2', random);
  const container = await openContainer(folder, {});
  const [parts] = container.streams;
  if (parts?.form !== 'v1') {
    container.close();
    return mutateFile(folder, 'stream.tar.s2', random);
  }
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(join(unpacked, 'msgs'), { recursive: true });
  const paths = parts.entries.map((entry) => {
    mkdirSync(join(unpacked, dirname(entry.path)), { recursive: true });
    writeFileSync(join(unpacked, entry.path), readEntry(entry) ?? new Uint8Array(0));
    return entry.path;
  });
  container.close();
  const done = mutateStore(unpacked, random, donors);
  if (done.includes('older-meta')) agreeWith(unpacked, folder);
  const chunks: Buffer[] = [];
  const writer = new SnapshotWriter((bytes) => chunks.push(Buffer.from(bytes)));
  // A server snapshots what is of the stream only.
  const there = new Set(filesOf(unpacked, /^(?!__msgs__)/));
  for (const path of new Set([...paths, ...there]))
    if (there.has(path)) writer.addFile(path, readFileSync(join(unpacked, path)));
  writer.end();
  writeFileSync(snapshot, Buffer.concat(chunks));
  return done;
}

/** A server writes both from one configuration: that of backup.json is the one in meta.inf, without what no client sends. */
function agreeWith(unpacked: string, backup: string): void {
  const path = join(backup, 'backup.json');
  const meta = filesOf(unpacked, /^meta\.inf$/).map((name) => readFileSync(join(unpacked, name), 'utf8'))[0];
  if (meta === undefined) return;
  try {
    const { Created: _, template_owner: __, ...config } = parse(meta) as Json;
    const manifest = parse(readFileSync(path, 'utf8')) as Json;
    // Other damage has put that of another stream there.
    if (config.name !== manifest.config.name) return;
    writeFileSync(path, stringify({ ...manifest, config }, null, 2) ?? '');
  } catch {
    // Other damage has made one of them unreadable.
  }
}

/** Reads the messages of a stream that a server has restored. */
export type ReadMessages = (client: WireClient, one: Case) => Promise<ReadonlyMap<bigint, string>>;

/** Has a server restore backups, and asks it for their messages. */
export async function askRestores(
  version: string,
  folder: string,
  cases: readonly Case[],
  predictions: ReadonlyMap<string, Prediction>,
  read: ReadMessages,
): Promise<Answers> {
  const isCrashing = ({ account }: Case): boolean => predictions.get(account)?.outcome === 'crash';
  return askInLots(cases, LOT, isCrashing, async (lot) => askLot(version, folder, lot, read));
}

async function askLot(
  version: string,
  folder: string,
  lot: readonly Case[],
  read: ReadMessages,
): Promise<Answers | null> {
  rmSync(folder, { recursive: true, force: true });
  return askServer(version, folder, lot, async (port, seen) => {
    await eachOf(lot, async (one) => {
      seen.set(one.account, await restore(port, one).catch(() => CRASHED));
    });
    await delay(700);
    await eachOf(lot, async (one) => observeAgain(port, one, seen, read));
  });
}

/** What limits and interest take they take a moment later; consumers are those of the first look. */
async function observeAgain(
  port: number,
  one: Case,
  seen: Map<string, Observed>,
  read: ReadMessages,
): Promise<void> {
  const before = seen.get(one.account);
  if (before?.outcome !== 'served') return;
  try {
    const client = await WireClient.connect(port, one.account);
    const now = await observe(client, one.stream);
    const held = await read(client, one);
    client.close();
    seen.set(one.account, { ...now, consumers: before.consumers, held });
  } catch {
    seen.set(one.account, CRASHED);
  }
}

/** backup.json without the note of a repair, which the `nats` CLI does not send either. */
function requestOf(backup: string): Buffer {
  const text = readFileSync(join(backup, 'backup.json'), 'latin1');
  return Buffer.from(text.replace(/,\n {2}"lost": \{[^]*?\n {2}\}/, ''), 'latin1');
}

async function restore(port: number, { account, stream, path: backup }: Case): Promise<Observed> {
  const client = await WireClient.connect(port, account);
  try {
    const begun = await client.api(`STREAM.RESTORE.${stream}`, requestOf(backup));
    const refused = (detail: unknown): Observed => ({
      ...CRASHED,
      outcome: 'refused',
      detail: String(detail),
    });
    if (begun.error !== undefined) return refused(begun.error.description);
    const bytes = readFileSync(join(backup, 'stream.tar.s2'));
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      const answer = await client.request(begun.deliver_subject, bytes.subarray(at, at + CHUNK_BYTES));
      if (answer.length > 0) return refused(answer.toString());
    }
    const end = await client.request(begun.deliver_subject, '', RESTORE_MS);
    if (end.length === 0) return refused('no answer');
    const { error } = JSON.parse(end.toString()) as { error?: { description: string } };
    return error === undefined ? await observe(client, stream) : refused(error.description);
  } finally {
    client.close();
  }
}
