import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extractIntoDataDir } from '../../src/operation/extract/run.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { sharedCaptures, isRuined, ROOT, type Capture, type Json } from '../support/captures.ts';
import { tempFolder, treeSum } from '../support/damage.ts';
import { hasServer, LiveServer, SERVER_VERSIONS } from '../support/live-server.ts';
import { summaryOf, truthSummary, withoutClock } from '../support/stream-summary.ts';
import { answered } from '../support/truth-comparison.ts';

interface Started {
  /** By `ACCOUNT/STREAM`. */
  readonly streams: Summaries;
  readonly complaints: readonly string[];
}

/** Starts a server on a store, backs every stream up through it, and reads the backups. */
async function start(version: string, store: string, accounts: readonly string[]): Promise<Started> {
  const named = accounts.filter((account) => account !== '$G');
  const server = await LiveServer.start(version, store, named);
  const backups = `${store}-backups`;
  mkdirSync(backups);
  try {
    for (const account of accounts)
      server.natsAs(account === '$G' ? '' : account, 'account', 'backup', join(backups, account), '--force');
  } finally {
    await server.stop();
  }
  const streams = new Map<string, Json>();
  for (const account of accounts)
    for (const name of readdirSync(join(backups, account)))
      if (statSync(join(backups, account, name, 'backup.json')).size > 0)
        streams.set(`${account}/${name}`, await summaryOf(join(backups, account, name)));
  return { streams, complaints: server.complaints() };
}

type Summaries = ReadonlyMap<string, Json>;

/** Each version has its own way to move a floor past messages that are gone: only what was delivered compares. */
function withoutAcknowledgements(streams: Summaries): Summaries {
  return new Map(
    [...streams].map(([label, summary]) => [
      label,
      {
        ...summary,
        consumers: summary.consumers
          // Kept in memory: only V2 backups hold it.
          .filter(([name]: string[]) => name !== 'MEMONLY')
          .map((consumer: string[]) => consumer.slice(0, 3)),
      },
    ]),
  );
}

/** DURSOURCED resets the durable consumer that it reads DURORIGIN through at some moment after a start. */
function settled(streams: Summaries): Summaries {
  return new Map(
    [...streams].map(([label, summary]) => [
      label,
      { ...summary, consumers: summary.consumers.filter(([name]: string[]) => name !== 'FEED') },
    ]),
  );
}

function differences(expected: Summaries, actual: Summaries): Json[] {
  return [...expected]
    .filter(([label, summary]) => JSON.stringify(actual.get(label)) !== JSON.stringify(summary))
    .map(([label, summary]) => ({ label, ...onlyDifferent(summary, actual.get(label)) }));
}

function onlyDifferent(expected: Json, actual: Json): Json {
  const lines = (summary: Json): string[] =>
    summary === undefined
      ? ['absent']
      : [summary.state, summary.messages, ...summary.consumers].map((part) => JSON.stringify(part));
  const [read, served] = [lines(expected), lines(actual)];
  return {
    expected: read.filter((line) => !served.includes(line)),
    actual: served.filter((line) => !read.includes(line)),
  };
}

function accountsOf(capture: Capture): string[] {
  return capture.truth.accounts.map(({ name }) => name).filter((name) => name !== '$SYS');
}

/** A server loads streams in any order: a mirror or source may look for its origin before that is there. */
const SAID_BY_CHANCE = /create (?:mirror|source) consumer.*stream not found/;

/** Streams that the server serves otherwise than on the day of the capture, when it was started on the same files. */
function unlikeTruth(capture: Capture, account: string, served: Summaries): Json[] {
  const { streams = [] } = capture.truth.accounts.find(({ name }) => name === account) ?? {};
  return streams.flatMap((stream): Json[] => {
    const now = served.get(`${account}/${stream.name}`);
    const answer = withoutClock(truthSummary(answered(stream, stream.after_restart)));
    if (now === undefined || JSON.stringify(withoutClock(now)) === JSON.stringify(answer)) return [];
    return [{ name: stream.name, now: withoutClock(now), answer }];
  });
}

const REAL = sharedCaptures();
const FULL = REAL.filter(({ set }) => set === 'full');

/** Servers that are given the store of a capture: its own or, of those that do not run here, the oldest and the newest. */
function judgesOf({ set, version }: Capture): readonly string[] {
  return set === 'legacy' ? ['2.9.25', '2.15.2'] : [version];
}

/** The store as it is; that of 2.2.0 has no `jetstream` level yet. */
function copyStore(capture: Capture, target: string): void {
  const isOld = !existsSync(join(capture.folder, 'store/jetstream'));
  cpSync(join(capture.folder, 'store'), isOld ? join(target, 'jetstream') : target, { recursive: true });
}

for (const capture of REAL.filter(({ set }) => ['full', 'crash', 'legacy'].includes(set)))
  for (const version of judgesOf(capture))
    describe.skipIf(!hasServer(version))(`${capture.id} on nats-server ${version}`, () => {
      for (const account of accountsOf(capture))
        it(`serves an extracted store as the original: ${account}`, async () => {
          const folder = tempFolder();
          const [original, extracted] = [join(folder, 'original'), join(folder, 'extracted')];
          copyStore(capture, original);
          mkdirSync(extracted);
          await extractIntoDataDir(join(capture.folder, 'store'), extracted, { intoAccount: account });
          const expected = await start(version, original, [account]);
          const actual = await start(version, extracted, [account]);
          console.log(`${capture.id} ${account} on ${version}: ${actual.streams.size} streams compared`);
          const compared = new Map(
            [...expected.streams].filter(([label]) => !isRuined(label.replace(/^.*\//, ''), capture)),
          );
          expect(differences(settled(compared), settled(actual.streams))).toEqual([]);
          if (version === capture.version) expect(unlikeTruth(capture, account, compared)).toEqual([]);
          const said = actual.complaints.filter((line) => !SAID_BY_CHANCE.test(line));
          expect(said.filter((line) => !expected.complaints.includes(line))).toEqual([]);
          expect(actual.streams.size).toBeGreaterThan(0);
        }, 600_000);
    });

/**
 * What a restore of the backup makes a server say too: when `@every` and cron schedules are due next and how far sources were
 * read is in no backup, V2 does not know when a source was created, and the origin of a mirror may have been refused.
 */
const SAID_OF_A_RESTORE =
  /message schedul|Sourcing state is outdated|create (?:mirror|source) consumer|was recreated/i;

/** What is too old goes as soon as a server starts, what has a source is filled from it, and takes from its origin. */
const CHANGED_BY_START =
  /^MAIN\/(AGED|TTL|TTLAGED|EXPIRED|DEDUP|SCHED|MIRROR.*|.*SOURCED|SRCXFORM|COUNTERSRC|DURORIGIN)_2$/;

const NOT_SUPPORTED = /: nats-server [0-9.]+ does not support its field [a-z_.[\]0-9]+$/;

/** A bucket's messages change with its name: it keeps that. */
function nameBeside(name: string): string {
  return /^(KV_|OBJ_)/.test(name) ? name : `${name}_2`;
}

/** Sequences that are served and were deleted before: servers up to 2.9 know no tombstones. */
function cameBack(label: string, before: Json, served: Summaries): string[] {
  const after = served.get(label);
  if (after === undefined) return [];
  const [wasLive, isLive] = [liveSequences(before), liveSequences(after)];
  const lastSeq = BigInt(before.state[3]);
  return isLive.filter((seq) => seq <= lastSeq && !wasLive.includes(seq)).map((seq) => `${label}: ${seq}`);
}

/** Sequences between the first and the last that are not deleted. */
function liveSequences({ state: [, , first, last, deleted] }: Json): bigint[] {
  const gone = new Set(deleted.split(','));
  const live: bigint[] = [];
  for (let seq = BigInt(first); seq <= BigInt(last); seq++)
    if (!gone.has(String(seq)) && seq > 0n) live.push(seq);
  return live;
}

for (const version of SERVER_VERSIONS)
  describe.skipIf(!hasServer(version))(`backups of every version on nats-server ${version}`, () => {
    for (const capture of FULL)
      it(`of ${capture.version}, beside what is there`, async () => {
        const store = join(tempFolder(), 'store');
        mkdirSync(store);
        const acme = join(capture.folder, 'backups/ACME');
        for (const name of readdirSync(acme))
          await extractIntoDataDir(join(acme, name), store, { intoAccount: 'ACME', newAccount: true });
        const held = new Map<string, Json>();
        const refused: string[] = [];
        const backups = join(capture.folder, 'backups/$G');
        const extract = async (name: string): Promise<unknown> =>
          extractIntoDataDir(join(backups, name), store, {
            as: nameBeside(name),
            intoAccount: 'MAIN',
            newAccount: true,
            serverVersion: version,
          });
        const usable = readdirSync(backups).filter((name) => name !== 'MEM' && !isRuined(name, capture));
        for (const name of usable)
          try {
            await extract(name);
            held.set(`MAIN/${nameBeside(name)}`, await summaryOf(join(backups, name)));
          } catch {
            refused.push(name);
          }
        const before = treeSum(store);
        for (const name of refused) await expect(extract(name)).rejects.toThrow(NOT_SUPPORTED);
        expect(treeSum(store)).toBe(before);
        const actual = await start(version, store, ['MAIN', 'ACME']);
        const expected = new Map([...held].filter(([label]) => !CHANGED_BY_START.test(label)));
        console.log(
          `${capture.version} on ${version}: ${expected.size} compared, ${refused.length} refused, deletes of ${held.size}`,
        );
        expect([...held].flatMap(([label, summary]) => cameBack(label, summary, actual.streams))).toEqual([]);
        const served = withoutAcknowledgements(actual.streams);
        expect(differences(withoutAcknowledgements(expected), served)).toEqual([]);
        expect(actual.complaints.filter((line) => !SAID_OF_A_RESTORE.test(line))).toEqual([]);
        expect(expected.size).toBeGreaterThan(25);
      }, 600_000);
  });

describe.skipIf(!hasServer('2.15.2'))('a server that runs on the store', () => {
  it('is named with its process, and nothing is written', async () => {
    const store = join(tempFolder(), 'store');
    mkdirSync(store);
    const archive = join(ROOT, 'testdata/backups/ORDERS');
    await extractIntoDataDir(archive, store);
    const server = await LiveServer.start('2.15.2', store);
    try {
      await server.rest();
      const before = treeSum(store);
      for (const options of [{ as: 'OTHER', mapSubjects: ['orders.>=other.>'] }, { force: true }])
        await expect(extractIntoDataDir(archive, store, options)).rejects.toThrow(
          new RegExp(`^a server is running on .*: process ${server.pid} .*; stop it first$`),
        );
      expect(treeSum(store)).toBe(before);
      for (const path of [store, join(store, 'jetstream')]) {
        const { status, steps } = await preflightStore(path);
        expect(status).toBe('WARNING');
        expect(steps).toMatchObject([
          {
            do: 'stop-server',
            reason: expect.stringMatching(`^process ${server.pid} `) as string,
          },
        ]);
      }
    } finally {
      await server.stop();
    }
    expect(await preflightStore(store)).toMatchObject({ status: 'OK', steps: [] });
  });
});

const CLUSTER = sharedCaptures().filter(({ set }) => set === 'cluster3');

for (const capture of CLUSTER)
  describe.skipIf(!hasServer(capture.version))(`a node of a cluster, ${capture.version}`, () => {
    it('serves alone what the node held', async () => {
      const nodes = readdirSync(join(capture.folder, 'store'));
      for (const node of nodes) {
        const source = join(capture.folder, 'store', node);
        const store = join(tempFolder(), 'store');
        mkdirSync(store);
        await extractIntoDataDir(source, store, { intoAccount: '$G', replicas: 1 });
        const served = await start(capture.version, store, ['$G']);
        const expected = new Map<string, Json>();
        const streams = join(source, 'jetstream/$G/streams');
        for (const name of readdirSync(streams))
          expected.set(`$G/${name}`, await summaryOf(join(streams, name)));
        console.log(`${capture.id}, ${node}: ${expected.size} streams served and compared`);
        expect(differences(expected, served.streams)).toEqual([]);
        expect(served.complaints).toEqual([]);
      }
    }, 600_000);
  });
