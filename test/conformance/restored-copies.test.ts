import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renameStream } from '../../src/operation/rename/run.ts';
import { sharedCaptures, isRuined, type Capture, type Json, type TruthStream } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import {
  copiesOf,
  isFilled,
  originalsOf,
  sameName,
  type Copy,
  type Original,
} from '../support/restored-copies.ts';
import { restoreEach, type RestoredStreams } from '../support/restored-streams.ts';
import { replaced, summaryOf, truthSummary, withoutClock } from '../support/stream-summary.ts';
import { withoutMemoryConsumers } from '../support/stream-summary.ts';

/*
 * What is not compared, the whole list:
 *   memory streams: nothing of them is on disk
 *   COMPERASE of 2.10.29: ruined by its server, which leaves it empty when it restores its own backup
 *   stores of encrypted servers: they cannot be read; the backups of those servers are in clear and are compared
 *   stores of a cluster's nodes: extracted-stores.test.ts starts servers on them; the cluster's backups are compared here
 *   consumers kept in memory, against a store: only V2 backups hold them
 * Streams that a server changes as soon as it has them (too old, with a source, scheduled) are compared: original and copy are
 * restored at the same time, into servers where neither finds its sources.
 */
function isCompared({ name, info }: TruthStream, capture: Capture): boolean {
  return info.config.storage !== 'memory' && !isRuined(name, capture);
}

/** Restores originals and their renamed copies side by side, and compares what is served and what the log says. */
async function compareRestored(
  version: string,
  originals: readonly Original[],
  folder: string,
  witnesses: readonly Original[] = [],
): Promise<{ readonly original: RestoredStreams; readonly copies: readonly Copy[] }> {
  const copies = await copiesOf(originals, version, folder);
  const [original, copied] = await Promise.all([
    restoreEach(
      version,
      join(folder, 'originals'),
      [...originals, ...witnesses].map(({ backup }) => backup),
    ),
    restoreEach(version, join(folder, 'copies'), copies),
  ]);
  const differing = copies.flatMap(({ label, original: of, isOfStore }, i): Json[] => {
    const [expected, actual] = [original.streams[of], copied.streams[i]].map((served) =>
      isOfStore ? withoutMemoryConsumers(served) : served,
    );
    return JSON.stringify(expected) === JSON.stringify(actual) ? [] : [{ label, expected, actual }];
  });
  expect(differing).toEqual([]);
  expect([...copied.complaints].filter((line) => !original.complaints.has(line))).toEqual([]);
  return { original, copies };
}

const REAL = sharedCaptures();

/** A V1 snapshot has none of the files in which 2.15 keeps TTLs, schedules and sources: it says so, whoever wrote it. */
function v1Witnesses(capture: Capture): Original[] {
  if (!capture.version.startsWith('2.15')) return [];
  const keepsMore = ({ info: { config } }: TruthStream): boolean =>
    config.allow_msg_ttl === true || config.allow_msg_schedules === true || config.sources !== undefined;
  return REAL.filter(({ id }) => id === '2.14.5/full').flatMap((older) => originalsOf(older, keepsMore));
}

for (const capture of REAL.filter(({ set }) => /^(full|enc|cluster)/.test(set)))
  describe.skipIf(!hasServer(capture.version))(capture.id, () => {
    it('renamed copies are restored as their originals are, with the same log', async () => {
      const folder = tempFolder();
      const originals = originalsOf(capture, (stream) => isCompared(stream, capture));
      const { original, copies } = await compareRestored(
        capture.version,
        originals,
        folder,
        v1Witnesses(capture),
      );
      const asOnThatDay = originals.map(({ truth }) => withoutClock(truthSummary(truth)));
      expect(original.streams.slice(0, originals.length).map(withoutClock)).toEqual(asOnThatDay);
      console.log(
        `${capture.id}: ${copies.length} renamed copies restored beside ${originals.length} originals`,
      );
      expect(copies.length).toBeGreaterThan(24);
    }, 600_000);
  });

for (const capture of REAL.filter(({ set }) => set === 'crash'))
  describe.skipIf(!hasServer(capture.version))(capture.id, () => {
    it('copies of what a crash left are restored as backups of the server that recovered it', async () => {
      const folder = tempFolder();
      const [store, backups] = [join(folder, 'store'), join(folder, 'backups')];
      cpSync(join(capture.folder, 'store'), store, { recursive: true });
      const server = await LiveServer.start(capture.version, store);
      try {
        await server.rest();
        server.nats('account', 'backup', backups, '--force');
      } finally {
        await server.stop();
      }
      const streams = capture.truth.accounts.flatMap((account) => account.streams);
      const originals = streams.map((stream): Original => ({
        backup: { path: join(backups, stream.name), ...sameName(stream.name) },
        copied: [join(capture.folder, stream.path ?? '')],
        truth: stream,
      }));
      const { copies } = await compareRestored(capture.version, originals, folder);
      console.log(`${capture.id}: ${copies.length} renamed copies restored beside the recovered streams`);
      expect(copies).toHaveLength(10);
    }, 600_000);
  });

/** Streams of an account as a server serves them once it has restored all of them and come to rest; ORIGIN under its old name. */
async function servedAccount(version: string, backup: string, folder: string): Promise<Json> {
  const server = await LiveServer.start(version, join(folder, 'store'));
  const again = join(folder, 'again');
  try {
    server.nats('account', 'restore', backup);
    await server.rest();
    server.nats('account', 'backup', again, '--force');
  } finally {
    await server.stop();
  }
  const served: Json = {};
  for (const name of readdirSync(again))
    served[name.replace('XRIGIN', 'ORIGIN')] = await summaryOf(
      join(again, name),
      replaced('XRIGIN', 'ORIGIN'),
    );
  return served;
}

for (const capture of REAL.filter(({ id }) => id === '2.14.5/full'))
  describe.skipIf(!hasServer(capture.version))(capture.id, () => {
    it('mirrors and sources go on from the new name of their origin, and take nothing twice', async () => {
      const folder = tempFolder();
      const [backup, copy] = [join(folder, 'backup'), join(folder, 'copy')];
      cpSync(join(capture.folder, 'account-backup/$G'), backup, { recursive: true });
      // A memory stream, of which the backup has two empty files: the command does not restore it.
      rmSync(join(backup, 'MEM'), { recursive: true });
      await renameStream(backup, { streams: ['ORIGIN'], as: 'XRIGIN', target: copy, followSources: true });
      for (const name of ['before', 'after']) mkdirSync(join(folder, name));
      const [before, after] = await Promise.all([
        servedAccount(capture.version, backup, join(folder, 'before')),
        servedAccount(capture.version, copy, join(folder, 'after')),
      ]);
      expect(after).toEqual(before);
      expect(Object.keys(after).length).toBeGreaterThan(50);
    }, 600_000);
  });

/**
 * Servers of 2020 and 2021 do not run here: copies are compared with what their archives hold, on the oldest and the newest server
 * that do. Originals restored beside them: stream backups of 2.6.1. Today's command takes neither a `.tgz` of 2.2.0 nor a
 * store as it is; every one of them is there as a copy.
 */
for (const capture of REAL.filter(({ set }) => set === 'legacy'))
  for (const version of ['2.9.25', '2.15.2'])
    describe.skipIf(!hasServer(version))(`${capture.id} on nats-server ${version}`, () => {
      it('renamed copies are restored with all that their archives hold', async () => {
        const folder = tempFolder();
        const streams = capture.truth.accounts
          .flatMap((account) => account.streams)
          .filter((stream) => isCompared(stream, capture));
        const sources = streams.flatMap(({ name, path = '', backups = [] }) =>
          [path, ...backups.map((backup) => backup.path)].map((label) => ({
            backup: { path: join(capture.folder, label), ...sameName(name) },
            copied: [join(capture.folder, label)],
          })),
        );
        const copies = await copiesOf(sources, version, folder);
        const backups = sources.map(({ backup }) => backup).filter(({ path }) => isFilled(path));
        const restored = await Promise.all([
          restoreEach(version, join(folder, 'originals'), backups),
          restoreEach(version, join(folder, 'copies'), copies),
        ]);
        const archives = [backups, copies.map(({ original }) => sources[original]?.backup)];
        for (const [i, { streams: served, complaints }] of restored.entries()) {
          const held: Json[] = [];
          for (const archive of archives[i] ?? []) held.push(await summaryOf(archive?.path ?? ''));
          expect(served).toEqual(held);
          expect([...complaints]).toEqual([]);
        }
        console.log(
          `${capture.id} on ${version}: ${copies.length} renamed copies restored, ${backups.length} originals`,
        );
        expect(copies.length).toBeGreaterThan(15);
      }, 600_000);
    });
