import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { verifyArchive } from '../../../src/operation/verify/run.ts';
import type { Prediction, VerifyReport } from '../../../src/operation/types.ts';
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
import { mutateStore } from './mutate.ts';
import { Random } from '../random.ts';
import { keptOf, observe, type Observed } from './serve.ts';
import { donorsFor, streamFolders } from './stream-files.ts';
import { WireClient } from './wire-client.ts';

/** Damages streams of the captures, predicts what servers make of them, and asks the servers. */
export async function runStartOracle(options: OracleOptions): Promise<OracleResult> {
  const random = new Random(options.seed);
  const sources = streamFolders();
  const pristine = join(options.folder, 'damaged');
  const cases: Case[] = [];
  for (let i = 0; i < options.count; i++) {
    const source = random.pick(sources);
    const account = `M${String(i).padStart(5, '0')}`;
    const path = join(pristine, account, 'streams', source.name);
    cpSync(source.path, path, { recursive: true });
    const templates = join(source.path, '../../templates');
    if (existsSync(templates)) cpSync(templates, join(pristine, account, 'templates'), { recursive: true });
    const done = random.below(25) === 0 ? 'nothing' : mutateStore(path, random, donorsFor(source.name));
    if (options.only?.has(account) === false) {
      rmSync(join(pristine, account), { recursive: true });
      continue;
    }
    const { name: stream, origin, path: originalPath } = source;
    const { messages } = await originalOf(originalPath);
    cases.push({ account, stream, origin, done, originalPath, messages, path });
  }
  const report = await verifyArchive(pristine);
  const comparisons: Comparison[] = [];
  const answers = new Map<string, Answers>();
  for (const version of options.versions) {
    const predictions = predictionsFor(report, version);
    const isCrashing = ({ account }: Case): boolean => predictions.get(account)?.outcome === 'crash';
    const observed = await askInLots(cases, LOT, isCrashing, async (lot) =>
      askLot(version, join(options.folder, version), pristine, lot),
    );
    answers.set(version, observed);
    comparisons.push(...comparisonsOf(cases, version, predictions, observed));
  }
  return { cases, comparisons, answers };
}

function predictionsFor(report: VerifyReport, version: string): Map<string, Prediction> {
  return new Map(
    report.streams.flatMap((stream) => {
      const prediction = predictionFor(stream.predictions, version);
      return prediction === undefined || stream.account === null
        ? []
        : [[stream.account, prediction] as const];
    }),
  );
}

const LOT = 200;

async function askLot(
  version: string,
  folder: string,
  pristine: string,
  lot: readonly Case[],
): Promise<Answers | null> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'store/jetstream'), { recursive: true });
  for (const { account } of lot)
    cpSync(join(pristine, account), join(folder, 'store/jetstream', account), { recursive: true });
  return askServer(version, folder, lot, async (port, seen) => {
    await askAll(port, folder, lot, seen, true);
    await delay(1500);
    await askAll(port, folder, lot, seen, false);
  });
}

/** The first time for the consumers, before idle ones go; later for the state, when what runs beside is done. */
async function askAll(
  port: number,
  folder: string,
  lot: readonly Case[],
  seen: Map<string, Observed>,
  isFirst: boolean,
): Promise<void> {
  await eachOf(lot, async ({ account, stream }) => {
    try {
      const client = await WireClient.connect(port, account);
      const now = await observe(client, stream);
      const before = seen.get(account);
      if (isFirst || before === undefined) seen.set(account, now);
      else {
        const held = await keptOf(client, stream, join(folder, 'kept', account));
        seen.set(account, { ...now, consumers: before.consumers, held });
      }
      client.close();
    } catch {
      // The server has ended.
    }
  });
}
