import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extractIntoDataDir } from '../../src/operation/extract/run.ts';
import { captures, type Capture, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { hasServer, LiveServer, SERVER_VERSIONS } from '../support/live-server.ts';
import { summaryOf } from '../support/stream-summary.ts';

const isRequired = process.env['NATSARC_REQUIRE_SERVERS'] === '1';

/** COMPERASE was ruined by its server. */
const NOT_COMPARED = /^(COMPERASE)$/;

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
    .filter(([label]) => !NOT_COMPARED.test(label.replace(/^.*\//, '')))
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

const FULL = captures().filter(({ id, set }) => set === 'full' && !id.startsWith('testdata'));

for (const capture of FULL)
  describe.skipIf(!isRequired && !hasServer(capture.version))(`nats-server ${capture.version}`, () => {
    for (const account of accountsOf(capture))
      it(`serves an extracted store as the original: ${account}`, async () => {
        const folder = tempFolder();
        const [original, extracted] = [join(folder, 'original'), join(folder, 'extracted')];
        cpSync(join(capture.folder, 'store'), original, { recursive: true });
        mkdirSync(extracted);
        await extractIntoDataDir(join(capture.folder, 'store'), extracted, { intoAccount: account });
        const expected = await start(capture.version, original, [account]);
        const actual = await start(capture.version, extracted, [account]);
        console.log(
          `nats-server ${capture.version} ${account}: ${actual.streams.size} streams served and compared`,
        );
        expect(differences(settled(expected.streams), settled(actual.streams))).toEqual([]);
        expect(actual.complaints.filter((line) => !expected.complaints.includes(line))).toEqual([]);
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
  /^(AGED|TTL|TTLAGED|EXPIRED|DEDUP|SCHED|MIRROR.*|.*SOURCED|SRCXFORM|COUNTERSRC|DURORIGIN|COMPERASE)$/;

for (const version of SERVER_VERSIONS)
  describe.skipIf(!isRequired && !hasServer(version))(
    `backups of every version on nats-server ${version}`,
    () => {
      for (const capture of FULL)
        it(`of ${capture.version}, beside what is there`, async () => {
          const store = join(tempFolder(), 'store');
          mkdirSync(store);
          const acme = join(capture.folder, 'backups/ACME');
          for (const name of readdirSync(acme))
            await extractIntoDataDir(join(acme, name), store, { intoAccount: 'ACME', newAccount: true });
          const expected = new Map<string, Json>();
          const refused: string[] = [];
          const backups = join(capture.folder, 'backups/$G');
          for (const name of readdirSync(backups).filter((stream) => stream !== 'MEM')) {
            const backup = join(backups, name);
            // A bucket's messages change with its name.
            const as = /^(KV_|OBJ_)/.test(name) ? name : `${name}_2`;
            try {
              await extractIntoDataDir(backup, store, {
                ...(as === name ? {} : { as }),
                intoAccount: 'MAIN',
                newAccount: true,
                serverVersion: version,
              });
            } catch (error) {
              refused.push(`${name}: ${String(error)}`);
              continue;
            }
            if (!CHANGED_BY_START.test(name)) expected.set(`MAIN/${as}`, await summaryOf(backup));
          }
          const actual = await start(version, store, ['MAIN', 'ACME']);
          console.log(
            `${capture.version} on ${version}: ${expected.size} compared, ${refused.length} refused`,
          );
          expect(refused.filter((reason) => !reason.includes('does not support its field'))).toEqual([]);
          const served = withoutAcknowledgements(actual.streams);
          expect(differences(withoutAcknowledgements(expected), served)).toEqual([]);
          expect(actual.complaints.filter((line) => !SAID_OF_A_RESTORE.test(line))).toEqual([]);
          expect(expected.size).toBeGreaterThan(25);
        }, 600_000);
    },
  );

const CLUSTER = captures().filter(({ set }) => set === 'cluster3');

for (const capture of CLUSTER)
  describe.skipIf(!isRequired && !hasServer(capture.version))(
    `a node of a cluster, ${capture.version}`,
    () => {
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
    },
  );
