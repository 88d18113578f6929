import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../../../src/core/error.ts';
import { repairArchive } from '../../../src/operation/repair/run.ts';
import type { RepairResult } from '../../../src/operation/repair/types.ts';
import type { Prediction } from '../../../src/operation/types.ts';
import { verifyArchive } from '../../../src/operation/verify/run.ts';
import { BORN_DAMAGED } from '../archive-forms.ts';
import { treeSum } from '../damage.ts';
import { messageList } from '../message-list.ts';
import { comparisonsOf, predictionFor, type Case, type OracleResult } from './compare.ts';
import { intactOf, type Intact } from './intact.ts';
import { askRestores } from './restore-oracle.ts';
import { heldOf, sampled } from './serve.ts';

/** What came of the repairs of damaged archives, held against their originals, real servers and what these kept alone. */
export interface RepairFigures {
  cases: number;
  /** Nothing was left that a repair could begin with. */
  refused: number;
  lossy: number;
  intactRecords: number;
  recovered: number;
  /** Messages that servers alone served as they had been, and archives of which they served any. */
  keptAlone: number;
  servedAlone: number;
  /**
   * What servers alone have and no repair has to keep: messages otherwise than they were stored, since lengths are outside
   * the checksum; messages that had been deleted, or are markers of the server's own.
   */
  alteredAlone: number;
  risenAlone: number;
  /** Deleted messages that came back because every proof was damaged, as they come back on a server. */
  risen: number;
  /** Messages of which a length was hit that no checksum covers. */
  altered: number;
  /** Repaired archives restored on a real server, and the messages that it then served. */
  loaded: number;
  served: number;
  /** Of those streams whose age limits, TTLs or counts take messages at once, as was predicted. */
  agedOnLoad: number;
}

/** A case where something does not hold, in words. */
export interface Wrong {
  readonly what: string;
  readonly problem: string;
}

export interface RepairOptions {
  /** The server that loads what was repaired. */
  readonly version: string;
  readonly folder: string;
}

const LOT = 150;
const LOWER_LIMIT = /older-meta "max_(?:msgs|bytes|msgs_per_subject)":\d/;

/** Repairs every case of an oracle's run. */
export async function checkRepairs(
  result: OracleResult,
  options: RepairOptions,
): Promise<{ readonly figures: RepairFigures; readonly wrong: readonly Wrong[] }> {
  mkdirSync(options.folder, { recursive: true });
  const checks = new RepairChecks(result, options);
  for (let at = 0; at < result.cases.length; at += LOT) await checks.take(result.cases.slice(at, at + LOT));
  return checks;
}

interface Repaired {
  readonly one: Case;
  readonly result: RepairResult;
  readonly messages: ReadonlyMap<bigint, string>;
}

class RepairChecks {
  readonly figures: RepairFigures = {
    cases: 0,
    refused: 0,
    lossy: 0,
    intactRecords: 0,
    recovered: 0,
    keptAlone: 0,
    servedAlone: 0,
    alteredAlone: 0,
    risenAlone: 0,
    risen: 0,
    altered: 0,
    loaded: 0,
    served: 0,
    agedOnLoad: 0,
  };
  readonly wrong: Wrong[] = [];
  readonly #oracle: OracleResult;
  readonly #options: RepairOptions;

  constructor(oracle: OracleResult, options: RepairOptions) {
    this.#oracle = oracle;
    this.#options = options;
  }

  async take(lot: readonly Case[]): Promise<void> {
    const loading: Case[] = [];
    const predictions = new Map<string, Prediction>();
    const unchanged = new Set<string>();
    for (const one of lot) {
      const target = join(this.#options.folder, one.account);
      const repaired = await this.#repair(one, target);
      await this.#compare(one, repaired);
      if (repaired === null) continue;
      const stream = repaired.result.written.streams[0]?.name ?? '';
      const { messages } = repaired;
      loading.push({ ...one, stream, originalPath: one.path, path: target, messages });
      const report = await verifyArchive(target, { jobs: 1 });
      const prediction = predictionFor(report.streams[0]?.predictions, this.#options.version);
      if (prediction === undefined) continue;
      predictions.set(one.account, prediction);
      const { state } = repaired.result.written.streams[0] ?? {};
      if (prediction.messages === state?.messages && prediction.last_seq === state.last_seq)
        unchanged.add(one.account);
    }
    await this.#load(loading, predictions, unchanged);
    for (const { path } of loading) rmSync(path, { recursive: true });
  }

  /** null where the archive holds nothing to begin with. */
  async #repair(one: Case, target: string): Promise<Repaired | null> {
    const before = treeSum(one.path);
    this.figures.cases++;
    try {
      const result = await repairArchive(one.path, { target, to: 'backup', jobs: 1 });
      if (result.isLossy) this.figures.lossy++;
      return { one, result, messages: await messageList(target) };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      this.figures.refused++;
      return null;
    } finally {
      if (treeSum(one.path) !== before) this.#say(one, 'the input was changed');
    }
  }

  async #compare(one: Case, repaired: Repaired | null): Promise<void> {
    const intact = await intactOf(one);
    const messages = repaired?.messages ?? new Map<bigint, string>();
    this.figures.intactRecords += intact.live.size;
    this.figures.recovered += messages.size;
    // Its own server had ruined it before: there is no undamaged original.
    if (BORN_DAMAGED.test(one.stream)) return;
    const isAsBefore = (seq: bigint): boolean => messages.get(seq) === one.messages.get(seq);
    // Limits that are lower than they were take messages from any server.
    if (!LOWER_LIMIT.test(one.done))
      this.#must(
        one,
        'intact records are missing',
        [...intact.live].filter((seq) => !isAsBefore(seq)),
      );
    this.#compareWithOriginal(one, intact, messages);
    this.#compareWithServers(one, messages);
    if (repaired === null) return;
    for (const { recovered, lost, deleted, first_seq, last_seq } of repaired.result.loss.streams)
      if (recovered + lost + deleted !== last_seq - first_seq + 1n)
        this.#say(one, `${recovered} + ${lost} + ${deleted} are not ${first_seq} to ${last_seq}`);
    if (one.done !== 'nothing') return;
    if (messages.size !== one.messages.size) this.#say(one, 'an intact archive was changed');
    if (repaired.result.isLossy) this.#say(one, 'an intact archive has a loss');
  }

  /** Nothing is invented: what was not a message of the stream had been one, and nothing tells any more that it was deleted. */
  #compareWithOriginal(one: Case, intact: Intact, messages: ReadonlyMap<bigint, string>): void {
    const strange = [...messages].filter(([seq, sum]) => one.messages.get(seq) !== sum).map(([seq]) => seq);
    const altered = strange.filter((seq) => one.messages.has(seq));
    const risen = strange.filter((seq) => !one.messages.has(seq));
    this.figures.altered += altered.length;
    this.figures.risen += risen.length;
    this.#must(
      one,
      'deleted messages rose although a delete is still told',
      risen.filter((seq) => intact.isDeleted(seq)),
    );
    this.#must(
      one,
      'messages that were never there',
      risen.filter((seq) => !intact.wasThere(seq)),
    );
  }

  #compareWithServers(one: Case, messages: ReadonlyMap<bigint, string>): void {
    for (const [version, answers] of this.#oracle.answers) {
      const seen = answers.get(one.account);
      if (seen?.outcome !== 'served') continue;
      const kept = [...seen.held].filter(([seq, sum]) => one.messages.get(seq) === sum);
      this.figures.keptAlone += kept.length;
      this.figures.servedAlone += kept.length > 0 ? 1 : 0;
      this.figures.alteredAlone +=
        [...seen.held.keys()].filter((seq) => one.messages.has(seq)).length - kept.length;
      this.figures.risenAlone += [...seen.held.keys()].filter((seq) => !one.messages.has(seq)).length;
      const lost = kept.filter(([seq, sum]) => messages.get(seq) !== sum).map(([seq]) => seq);
      // Where a limit is lower than it was, and more is found, others are the newest.
      if (!LOWER_LIMIT.test(one.done) || kept.length > messages.size)
        this.#must(one, `nats-server ${version} alone kept messages that the repair lost`, lost);
    }
  }

  /** A real server has exactly the repaired messages; where its clock takes some at once, what it predicts to be left. */
  async #load(
    cases: readonly Case[],
    predictions: ReadonlyMap<string, Prediction>,
    unchanged: ReadonlySet<string>,
  ): Promise<void> {
    const { version, folder } = this.#options;
    const known = cases.filter(({ account }) => predictions.get(account)?.outcome === 'whole');
    const answers = await askRestores(
      version,
      join(folder, 'server'),
      known,
      predictions,
      async (client, { stream, messages }) => heldOf(client, stream, [...messages.keys()]),
    );
    const compared = comparisonsOf(known, version, predictions, answers);
    for (const { account, predicted, observed } of compared.filter(({ agrees }) => !agrees)) {
      const one = known.find((other) => other.account === account);
      if (one !== undefined) this.#say(one, `repaired: predicted ${predicted}, observed ${observed}`);
    }
    for (const one of known) {
      const held = answers.get(one.account)?.held ?? new Map<bigint, string>();
      this.figures.loaded++;
      this.figures.served += held.size;
      this.#must(
        one,
        'a server gives other messages than were repaired',
        [...held].filter(([seq, sum]) => one.messages.get(seq) !== sum).map(([seq]) => seq),
      );
      if (!unchanged.has(one.account)) this.figures.agedOnLoad++;
      else
        this.#must(
          one,
          'a server does not have repaired messages',
          sampled([...one.messages.keys()]).filter((seq) => !held.has(seq)),
        );
    }
  }

  #must(one: Case, problem: string, seqs: readonly bigint[]): void {
    if (seqs.length > 0)
      this.#say(one, `${problem}: ${seqs.length}, the first ${seqs.slice(0, 5).join(' ')}`);
  }

  #say({ account, origin, done }: Case, problem: string): void {
    this.wrong.push({ what: `${account} ${origin}: ${done}`, problem });
  }
}
