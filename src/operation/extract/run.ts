import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError, UsageError, WriteError } from '../../core/error.ts';
import { generationOf, type ServerGeneration } from '../../core/server-generation.ts';
import { systemErrorText } from '../../core/system-error.ts';
import { clearLeftover, StagedStore, storeLeftovers, type StoreLeftover } from '../../writer/staged-store.ts';
import { withArchive, type Archive } from '../open/open-archive.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import { checkWritten } from '../write/check-written.ts';
import { mustLieApart } from '../open/choose-one.ts';
import { liesWithin } from '../write/outside-archive.ts';
import { nothingToWrite } from '../write/run.ts';
import type { PlanReport, WrittenReport, WrittenStream } from '../write/types.ts';
import { planReport, writePlaced, type PlacedStreams } from '../write/write-placed.ts';
import {
  accountMustBeKnown,
  mustBeAlone,
  mustBeServable,
  mustBeStopped,
  mustFitIn,
  mustHaveRoom,
} from './checks.ts';
import { openDataDir, storedStreams, type DataDir, type StoredStream } from './data-dir.ts';
import { liveStoreFindings } from '../server/live-store.ts';
import { canSeeProcesses } from '../server/running-server.ts';
import { mustNotEmpty } from './replaced-by-nothing.ts';
import { streamsForStore, type StoreStream } from './streams-for-store.ts';
import type { ExtractOptions } from './types.ts';

/**
 * Puts streams of an archive into the store of a stopped server, each with one rename. First it clears what a run that was
 * killed left there. Throws UsageError, SourceError, ToolError, CancelledError; then the streams of the store are as they
 * were.
 */
export async function extractIntoDataDir(
  path: string,
  dataDirPath: string,
  options: ExtractOptions = {},
): Promise<WrittenReport | PlanReport> {
  const { serverVersion } = options;
  const server = serverVersion === undefined ? undefined : generationOf(serverVersion);
  const dataDir = openDataDir(dataDirPath);
  mustBeAlone(dataDir);
  mustBeStopped(dataDir);
  mustLieOutsideStore(path, dataDir, options);
  await checkInput(path, { ...options, target: dataDirPath });
  const leftovers = storeLeftovers(dataDir.storeFolder);
  if (options.dryRun !== true) for (const leftover of leftovers) clearLeftover(dataDir.storeFolder, leftover);
  return withArchive(path, { ...options, ...WRITING }, async (work) => {
    const { streams, skipped, notes, findings } = await streamsForStore(work, dataDir, options);
    if (streams.length === 0) throw new ToolError(nothingToWrite(skipped));
    mustLieApart(streams.map((stream) => ({ stream, path: pathOf(stream) })));
    await checkAll(streams, dataDir, server, options);
    for (const stream of streams) await mustNotEmpty(stream, placeIn(dataDir, stream), findings);
    const shape = { as: 'store', noIndex: server === '2.9' } as const;
    const plan = {
      placed: streams.map((stream) => ({ stream, shape, path: join('new', pathOf(stream)) })),
      skipped,
      findings: [...liveStoreFindings(work.container), ...findings],
      notes: [
        ...notes,
        ...streams
          .filter((stream) => isThere(stream, dataDir))
          .map((stream) => `${placeIn(dataDir, stream)} is there already and is replaced (--force)`),
        ...(canSeeProcesses()
          ? []
          : ['this system does not show whether a server is running on the store: be sure that none is']),
      ],
    };
    if (options.dryRun === true)
      return planReport(plan, dataDir.storeFolder, stepsOf(streams, dataDir, leftovers));
    return install(plan, streams.map(pathOf), dataDir, work, options);
  });
}

/** What is replaced must not be what is read. */
function mustLieOutsideStore(path: string, { storeFolder }: DataDir, { force }: ExtractOptions): void {
  if (force === true && path !== '-' && liesWithin(path, storeFolder))
    throw new UsageError('with --force, the archive may not lie in the store itself');
}

async function checkAll(
  streams: readonly StoreStream[],
  dataDir: DataDir,
  server: ServerGeneration | undefined,
  options: ExtractOptions,
): Promise<void> {
  const stored = new Map<string, StoredStream[]>();
  for (const stream of streams) {
    const { account } = stream;
    if (options.newAccount !== true) accountMustBeKnown(dataDir, account);
    mustBeServable(stream, server);
    const there = stored.get(account) ?? (await storedStreams(dataDir, account));
    stored.set(account, there);
    mustFitIn(stream, there, dataDir, options.force === true);
  }
  mustHaveRoom(dataDir, streams);
}

function placeIn({ storeFolder }: DataDir, stream: StoreStream): string {
  return join(storeFolder, 'jetstream', pathOf(stream));
}

function isThere(stream: StoreStream, dataDir: DataDir): boolean {
  return existsSync(placeIn(dataDir, stream));
}

/** Within `jetstream/`. */
function pathOf({ account, name }: StoreStream): string {
  return join(account, 'streams', name);
}

/** Writes beside the store's streams, verifies, and renames each into its place. Throws UsageError, ToolError, CancelledError. */
async function install(
  plan: PlacedStreams,
  paths: readonly string[],
  dataDir: DataDir,
  work: Archive,
  options: ExtractOptions,
): Promise<WrittenReport> {
  const staged = new StagedStore(dataDir.storeFolder);
  try {
    const { pool, signal } = work;
    const checking = { jobs: options.jobs, pool, readBacks: staged.readBacks };
    const check = async (written: readonly WrittenStream[]): Promise<readonly WrittenStream[]> => {
      await checkWritten(staged.newStreams, written, checking);
      return written;
    };
    const report = await writePlaced(plan, staged, dataDir.storeFolder, { signal, check });
    mustBeStopped(dataDir);
    staged.install(paths);
    return { ...report, notes: [...report.notes, ...tidyUp(staged)] };
  } catch (error) {
    staged.discard();
    throw error instanceof WriteError ? new ToolError(`${dataDir.storeFolder}: ${error.message}`) : error;
  }
}

/** The streams are in their place by now: what cannot be removed is told, and removed by the next run. */
function tidyUp(staged: StagedStore): string[] {
  try {
    staged.discard();
    return [];
  } catch (error) {
    return [`what was staged could not be removed: ${systemErrorText(error)}`];
  }
}

function stepsOf(
  streams: readonly StoreStream[],
  dataDir: DataDir,
  leftovers: readonly StoreLeftover[],
): readonly string[] {
  return [
    ...leftovers.flatMap(({ folder, setAside }) => [
      ...setAside.map((path) => `put back ${path}, which a run that was killed had set aside`),
      `remove ${folder}, which a run that was killed left`,
    ]),
    ...streams.map((stream) => `write ${stream.name} beside the store's jetstream folder`),
    'verify what was written',
    ...streams.map((stream) => {
      const place = placeIn(dataDir, stream);
      return isThere(stream, dataDir)
        ? `set aside what is at ${place}, rename it to there, and remove what was set aside`
        : `rename it to ${place}`;
    }),
  ];
}
