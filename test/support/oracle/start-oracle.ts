import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { verifyArchive } from '../../../src/operation/verify/run.ts';
import type { Prediction, VerifyReport } from '../../../src/operation/types.ts';
import { captures } from '../captures.ts';
import {
  disagreementsOf,
  type Case,
  type Disagreement,
  type OracleOptions,
  type OracleResult,
} from './compare.ts';
import { mutateStore } from './mutate.ts';
import { Random } from './random.ts';
import { CRASHED, observe, serve, type Observed } from './serve.ts';
import { WireClient } from './wire-client.ts';

/** Every stream folder of the captures that is not encrypted. */
function streamFolders(): { readonly path: string; readonly name: string; readonly origin: string }[] {
  return captures().flatMap((capture) => {
    if (
      capture.set.startsWith('enc') ||
      capture.id.startsWith('testdata') ||
      capture.truth.layout === 'cluster'
    )
      return [];
    const store = join(capture.folder, 'store/jetstream');
    const root = existsSync(store) ? store : join(capture.folder, 'store');
    return readdirSync(root).flatMap((account) => {
      const streams = join(root, account, 'streams');
      if (!existsSync(streams)) return [];
      return readdirSync(streams)
        .toSorted()
        .map((name) => ({ path: join(streams, name), name, origin: `${capture.id} ${account}/${name}` }));
    });
  });
}

/** Damages streams of the captures, predicts what servers make of them, and asks the servers. */
export async function runStartOracle(options: OracleOptions): Promise<OracleResult> {
  const random = new Random(options.seed);
  const sources = streamFolders();
  const pristine = join(options.folder, 'damaged');
  const cases: Case[] = [];
  for (let i = 0; i < options.count; i++) {
    const source = random.pick(sources);
    const account = `M${String(i).padStart(5, '0')}`;
    const target = join(pristine, account, 'streams', source.name);
    cpSync(source.path, target, { recursive: true });
    const templates = join(source.path, '../../templates');
    if (existsSync(templates)) cpSync(templates, join(pristine, account, 'templates'), { recursive: true });
    const done = random.below(25) === 0 ? 'nothing' : mutateStore(target, random);
    cases.push({ account, stream: source.name, origin: source.origin, done });
  }
  const report = await verifyArchive(pristine);
  const disagreements: Disagreement[] = [];
  for (const version of options.versions) {
    const predictions = predictionsFor(report, version);
    const observed = await askServer(version, join(options.folder, version), pristine, cases, predictions);
    disagreements.push(...disagreementsOf(cases, version, predictions, observed));
  }
  return { cases: cases.length, comparisons: cases.length * options.versions.length, disagreements };
}

function predictionsFor(report: VerifyReport, version: string): Map<string, Prediction> {
  const generation = version.split('.').slice(0, 2).join('.');
  return new Map(
    report.streams.flatMap((stream) => {
      const prediction = stream.predictions.find((one) => one.server === generation);
      return prediction === undefined || stream.account === null
        ? []
        : [[stream.account, prediction] as const];
    }),
  );
}

const LOT = 200;

/** Many streams in one server; those predicted to end it alone. A server that ends all the same is found by halving. */
async function askServer(
  version: string,
  folder: string,
  pristine: string,
  cases: readonly Case[],
  predictions: ReadonlyMap<string, Prediction>,
): Promise<Map<string, Observed>> {
  const crashing = cases.filter((one) => predictions.get(one.account)?.outcome === 'crash');
  const others = cases.filter((one) => !crashing.includes(one));
  const answers = new Map<string, Observed>();
  const lots = Array.from({ length: Math.ceil(others.length / LOT) }, (_, i) =>
    others.slice(i * LOT, (i + 1) * LOT),
  );
  for (const lot of [...lots, ...crashing.map((one) => [one])])
    await askLot(version, folder, pristine, lot, answers);
  return answers;
}

async function askLot(
  version: string,
  folder: string,
  pristine: string,
  lot: readonly Case[],
  answers: Map<string, Observed>,
): Promise<void> {
  if (lot.length === 0) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'store/jetstream'), { recursive: true });
  for (const { account } of lot)
    cpSync(join(pristine, account), join(folder, 'store/jetstream', account), { recursive: true });
  const server = await serve(
    version,
    folder,
    lot.map((one) => one.account),
  );
  const seen = new Map<string, Observed>();
  if (server !== null) {
    await askAll(server.port, lot, seen, true);
    await delay(1500);
    await askAll(server.port, lot, seen, false);
  }
  const hasEnded = server === null || server.hasEnded();
  await server?.stop();
  if (!hasEnded) {
    for (const [account, one] of seen) answers.set(account, one);
    return;
  }
  const [only] = lot;
  if (lot.length === 1 && only !== undefined) {
    answers.set(only.account, CRASHED);
    return;
  }
  const half = lot.length >> 1;
  await askLot(version, folder, pristine, lot.slice(0, half), answers);
  await askLot(version, folder, pristine, lot.slice(half), answers);
}

/** The first time for the consumers, before idle ones go; later for the state, when what runs beside is done. */
async function askAll(
  port: number,
  lot: readonly Case[],
  seen: Map<string, Observed>,
  isFirst: boolean,
): Promise<void> {
  const queue = [...lot];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        try {
          const client = await WireClient.connect(port, one.account);
          const now = await observe(client, one.stream);
          client.close();
          const before = seen.get(one.account);
          seen.set(
            one.account,
            isFirst || before === undefined ? now : { ...now, consumers: before.consumers },
          );
        } catch {
          return;
        }
      }
    }),
  );
}
