import { existsSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { UsageError } from '../../core/error.ts';
import type { ServerGeneration } from '../../core/server-generation.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { clearLeftover, StagedStore, storeLeftovers, type StoreLeftover } from '../../writer/staged-store.ts';
import { loadStream, TOOL, withArchive, type Archive } from '../open-archive.ts';
import { WRITING } from '../threads-ahead.ts';
import { checkInput } from '../write/check-input.ts';
import { checkWritten } from '../write/check-written.ts';
import { DEFAULT_ACCOUNT } from '../write/convert.ts';
import { writeStream, type StreamShape } from '../write/forms.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { sourceFaults, twice, withData, writtenStream } from '../write/run.ts';
import { streamContent } from '../write/stream-content.ts';
import type { PlanReport, SkippedStream, WrittenReport, WrittenStream } from '../write/types.ts';
import {
  accountMustBeKnown,
  generationOf,
  mustBeAlone,
  mustBeServable,
  mustBeStopped,
  mustFitIn,
  mustHaveRoom,
} from './checks.ts';
import { openDataDir, storedStreams, type DataDir, type StoredStream } from './data-dir.ts';
import { canSeeProcesses } from './running-server.ts';
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
  const server = generationOf(options.serverVersion);
  const dataDir = openDataDir(dataDirPath);
  mustBeAlone(dataDir);
  mustBeStopped(dataDir);
  mustLieApart(path, dataDir, options);
  await checkInput(path, { ...options, target: dataDirPath });
  const leftovers = storeLeftovers(dataDir.storeFolder);
  if (options.dryRun !== true) for (const leftover of leftovers) clearLeftover(dataDir.storeFolder, leftover);
  return withArchive(path, { ...options, ...WRITING }, async (work) => {
    const { streams, skipped } = await outgoingStreams(work, dataDir, options);
    await checkAll(streams, dataDir, server, options);
    const shape: StreamShape = { as: 'store', noIndex: server === '2.9' };
    const notes = canSeeProcesses()
      ? []
      : ['this system does not show whether a server is running on the store: be sure that none is'];
    if (options.dryRun === true) return planned(streams, shape, skipped, dataDir, leftovers, notes);
    return install(streams, shape, skipped, dataDir, notes, work, options);
  });
}

/** What is replaced must not be what is read. */
function mustLieApart(path: string, { storeFolder }: DataDir, { force }: ExtractOptions): void {
  const isInside = path !== '-' && `${resolve(path)}${sep}`.startsWith(`${resolve(storeFolder)}${sep}`);
  if (isInside && force === true)
    throw new UsageError('with --force, the archive may not lie in the store itself');
}

async function outgoingStreams(
  work: Archive,
  dataDir: DataDir,
  options: ExtractOptions,
): Promise<{ readonly streams: readonly OutgoingStream[]; readonly skipped: readonly SkippedStream[] }> {
  const { usable, skipped } = withData(ofAccount(work.selected.map(loadStream), options));
  if (options.as !== undefined && usable.length > 1)
    throw new UsageError(`${usable.length} streams are in it: --stream must choose one`);
  const streams: OutgoingStream[] = [];
  for (const archive of usable) {
    const stream = outgoingStream(archive, await streamContent(archive, work), options);
    const account = options.intoAccount ?? archive.account ?? DEFAULT_ACCOUNT;
    streams.push(fitForStore({ ...stream, account }, dataDir));
  }
  return { streams, skipped };
}

/** In a store everything is a file, and a server leaves out a stream whose template is not there. */
function fitForStore(stream: OutgoingStream, { storeFolder }: DataDir): OutgoingStream {
  const { template_owner: template, ...config } = stream.config;
  const isThere =
    typeof template === 'string' &&
    existsSync(join(storeFolder, 'jetstream', stream.account ?? '', 'templates', template));
  const isMemory = config['storage'] === 'memory';
  return {
    ...stream,
    config: { ...(isThere ? stream.config : config), storage: 'file' },
    notCarried: [
      ...stream.notCarried,
      ...(isThere || typeof template !== 'string'
        ? []
        : [`its template ${template}, which the store does not have`]),
      ...(isMemory ? ['that it was kept in memory'] : []),
    ],
  };
}

/** Where the archive knows accounts, the one to go to is the one to take from, unless another was named. */
function ofAccount(
  archives: readonly StreamArchive[],
  { account, intoAccount }: ExtractOptions,
): readonly StreamArchive[] {
  const knowsAccounts = archives.some((archive) => archive.account !== null);
  if (intoAccount === undefined || account !== undefined || !knowsAccounts) return archives;
  const own = archives.filter((archive) => archive.account === intoAccount);
  if (own.length === 0)
    throw new UsageError(
      `no stream of account ${intoAccount} is in it; --from-account takes those of another`,
    );
  return own;
}

async function checkAll(
  streams: readonly OutgoingStream[],
  dataDir: DataDir,
  server: ServerGeneration | undefined,
  options: ExtractOptions,
): Promise<void> {
  const stored = new Map<string, StoredStream[]>();
  const names = new Set<string>();
  for (const stream of streams) {
    const account = stream.account ?? DEFAULT_ACCOUNT;
    if (options.newAccount !== true) accountMustBeKnown(dataDir, account);
    if (names.has(pathOf(stream))) throw new UsageError(twice(stream.name));
    names.add(pathOf(stream));
    mustBeServable(stream, server);
    const there = stored.get(account) ?? (await storedStreams(dataDir, account));
    stored.set(account, there);
    mustFitIn(stream, there, dataDir, options.force === true);
  }
  mustHaveRoom(dataDir, streams);
}

function pathOf(stream: OutgoingStream): string {
  return join(stream.account ?? DEFAULT_ACCOUNT, 'streams', stream.name);
}

async function install(
  streams: readonly OutgoingStream[],
  shape: StreamShape,
  skipped: readonly SkippedStream[],
  dataDir: DataDir,
  notes: readonly string[],
  work: Archive,
  options: ExtractOptions,
): Promise<WrittenReport> {
  const staged = new StagedStore(dataDir.storeFolder);
  const written: WrittenStream[] = [];
  try {
    for (const stream of streams) {
      const state = await writeStream(stream, shape, join('new', pathOf(stream)), staged, work.signal);
      written.push(writtenStream(stream, shape, state));
    }
    await checkWritten(staged.newStreams, written, { jobs: options.jobs, pool: work.pool });
    mustBeStopped(dataDir);
    staged.install(streams.map(pathOf));
  } catch (error) {
    staged.discard();
    throw error;
  }
  return {
    type: 'natsarc.v1.written',
    ...common(written, streams, skipped, dataDir, [...notes, ...tidyUp(staged)]),
    bytes_written: staged.bytesWritten,
  };
}

/** The streams are in their place by now: what cannot be removed is told, and removed by the next run. */
function tidyUp(staged: StagedStore): string[] {
  try {
    staged.discard();
    return [];
  } catch (error) {
    return [`${staged.path} could not be removed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function planned(
  streams: readonly OutgoingStream[],
  shape: StreamShape,
  skipped: readonly SkippedStream[],
  dataDir: DataDir,
  leftovers: readonly StoreLeftover[],
  notes: readonly string[],
): PlanReport {
  const written = streams.map((stream) => writtenStream(stream, shape, stream.content.state));
  return {
    type: 'natsarc.v1.plan',
    ...common(written, streams, skipped, dataDir, notes),
    steps: [
      ...leftovers.flatMap(({ folder, setAside }) => [
        ...setAside.map((path) => `put back ${path}, which a run that was killed had set aside`),
        `remove ${folder}, which a run that was killed left`,
      ]),
      ...streams.map((stream) => `write ${stream.name} beside the store's jetstream folder`),
      'verify what was written',
      ...streams.map((stream) => `rename it to ${join(dataDir.storeFolder, 'jetstream', pathOf(stream))}`),
    ],
  };
}

function common(
  streams: readonly WrittenStream[],
  outgoing: readonly OutgoingStream[],
  skipped: readonly SkippedStream[],
  dataDir: DataDir,
  notes: readonly string[],
): Omit<WrittenReport, 'type' | 'bytes_written'> {
  return {
    tool: TOOL,
    target: dataDir.storeFolder,
    streams,
    skipped,
    notes,
    ...sourceFaults(outgoing),
  };
}
