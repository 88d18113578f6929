import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { dirname, join } from 'node:path';
import { openContainer } from '../../../src/container/open.ts';
import { readEntry } from '../../../src/model/read-entry.ts';
import { verifyArchive } from '../../../src/operation/verify/run.ts';
import type { Prediction } from '../../../src/operation/types.ts';
import { SnapshotWriter } from '../../../src/writer/snapshot-writer.ts';
import { captures } from '../captures.ts';
import {
  disagreementsOf,
  type Case,
  type Disagreement,
  type OracleOptions,
  type OracleResult,
} from './compare.ts';
import { mutateFile, mutateStore } from './mutate.ts';
import { Random } from './random.ts';
import { CRASHED, observe, serve, type Observed } from './serve.ts';
import { WireClient } from './wire-client.ts';

const LOT = 150;
const CHUNK_BYTES = 64 * 1024;

interface Backup {
  readonly path: string;
  readonly name: string;
  readonly origin: string;
}

/** Every stream backup of the captures of which the data is there. */
function backups(): Backup[] {
  return captures().flatMap((capture) => {
    const root = join(capture.folder, 'backups');
    if (capture.set !== 'full' || capture.id.startsWith('testdata') || !existsSync(root)) return [];
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
    const target = join(damaged, account);
    cpSync(source.path, target, { recursive: true });
    const done = await damageBackup(target, join(options.folder, 'unpacked'), random);
    cases.push({ account, stream: source.name, origin: source.origin, done });
    const report = await verifyArchive(target, { jobs: 1 });
    predictions.set(account, report.streams[0]?.predictions ?? []);
  }
  const disagreements: Disagreement[] = [];
  let comparisons = 0;
  for (const version of options.versions) {
    const generation = version.split('.').slice(0, 2).join('.');
    const predicted = new Map(
      [...predictions].flatMap(([account, all]) => {
        const prediction = all.find((one) => one.server === generation);
        return prediction === undefined ? [] : [[account, prediction] as const];
      }),
    );
    const asked = cases.filter((one) => predicted.has(one.account));
    const observed = await askServer(version, join(options.folder, version), damaged, asked, predicted);
    comparisons += asked.length;
    disagreements.push(...disagreementsOf(asked, version, predicted, observed));
  }
  return { cases: cases.length, comparisons, disagreements };
}

/** Either the snapshot as a file, or the files in it. */
async function damageBackup(folder: string, unpacked: string, random: Random): Promise<string> {
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
  const done = mutateStore(unpacked, random);
  const chunks: Buffer[] = [];
  const writer = new SnapshotWriter((bytes) => chunks.push(Buffer.from(bytes)));
  const added = readdirSync(join(unpacked, 'msgs')).map((name) => `msgs/${name}`);
  for (const path of new Set([...paths, ...added]))
    if (existsSync(join(unpacked, path))) writer.addFile(path, readFileSync(join(unpacked, path)));
  writer.end();
  writeFileSync(snapshot, Buffer.concat(chunks));
  return done;
}

async function askServer(
  version: string,
  folder: string,
  damaged: string,
  cases: readonly Case[],
  predictions: ReadonlyMap<string, Prediction>,
): Promise<Map<string, Observed>> {
  const crashing = cases.filter((one) => predictions.get(one.account)?.outcome === 'crash');
  const others = cases.filter((one) => !crashing.includes(one));
  const lots = Array.from({ length: Math.ceil(others.length / LOT) }, (_, i) =>
    others.slice(i * LOT, (i + 1) * LOT),
  );
  const answers = new Map<string, Observed>();
  for (const lot of [...lots, ...crashing.map((one) => [one])])
    await askLot(version, folder, damaged, lot, answers);
  return answers;
}

async function askLot(
  version: string,
  folder: string,
  damaged: string,
  lot: readonly Case[],
  answers: Map<string, Observed>,
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const accounts = lot.map((one) => one.account);
  const server = await serve(version, folder, accounts);
  const seen = new Map<string, Observed>();
  if (server !== null) {
    const queue = [...lot];
    const work = async (): Promise<void> => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift())
        seen.set(
          one.account,
          await restore(server.port, one, join(damaged, one.account)).catch(() => CRASHED),
        );
    };
    await Promise.all(Array.from({ length: 8 }, work));
    await delay(700);
    for (const one of lot) await observeAgain(server.port, one, seen);
  }
  const hasEnded = server === null || server.hasEnded();
  await server?.stop();
  if (!hasEnded) {
    for (const [account, one] of seen) answers.set(account, one);
    return;
  }
  const [only] = lot;
  if (lot.length === 1 && only !== undefined) return void answers.set(only.account, CRASHED);
  const half = lot.length >> 1;
  await askLot(version, folder, damaged, lot.slice(0, half), answers);
  await askLot(version, folder, damaged, lot.slice(half), answers);
}

/** What limits and interest take they take a moment later; consumers are those of the first look. */
async function observeAgain(port: number, one: Case, seen: Map<string, Observed>): Promise<void> {
  const before = seen.get(one.account);
  if (before?.outcome !== 'served') return;
  try {
    const client = await WireClient.connect(port, one.account);
    const now = await observe(client, one.stream);
    client.close();
    seen.set(one.account, { ...now, consumers: before.consumers });
  } catch {
    seen.set(one.account, CRASHED);
  }
}

async function restore(port: number, { account, stream }: Case, backup: string): Promise<Observed> {
  const client = await WireClient.connect(port, account);
  try {
    const begun = await client.api(`STREAM.RESTORE.${stream}`, readFileSync(join(backup, 'backup.json')));
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
    const end = await client.request(begun.deliver_subject);
    if (end.length === 0) return refused('no answer');
    const { error } = JSON.parse(end.toString()) as { error?: { description: string } };
    return error === undefined ? await observe(client, stream) : refused(error.description);
  } finally {
    client.close();
  }
}
