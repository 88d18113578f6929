import type { SoundChunks } from '../codec/s2/pass-gap.ts';
import { matchesName, nameText } from '../core/name.ts';
import { SourceError, UsageError } from '../core/error.ts';
import { openContainer } from '../container/open.ts';
import { isCompressedBlock, PACKING_BYTES } from '../container/block-packing.ts';
import type { FileStreamParts, OpenContainer, StreamParts } from '../container/entry.ts';
import type { Finding, Place } from '../findings/finding.ts';
import { TOOL_NAME, VERSION } from '../core/version.ts';
import { nameOf } from '../model/base-archive.ts';
import { loadManifest } from '../model/load-file.ts';
import { loadFileStream } from '../model/load-stream.ts';
import { loadConfigStream } from '../model/load-config-stream.ts';
import { PACKED_WORK, WORTH_THREADS_BYTES } from '../workers/thread-count.ts';
import type { ReadBacks } from '../writer/read-backs.ts';
import type { StreamArchive } from '../model/stream-archive.ts';
import { loadV2Stream } from '../model/load-v2-stream.ts';
import { Pool } from '../workers/pool.ts';
import { runJob, type RunJob } from '../workers/run-job.ts';
import { foreignApart } from './foreign-data.ts';
import type { OnBytes } from './scan-stream.ts';
import { THREAD_ENTRY } from './thread-entry.ts';
import { onlyName } from './only-name.ts';
import type { SelectOptions, SourceReport, ToolReport } from './types.ts';

/** What reports say of who made them. */
export const TOOL: ToolReport = { name: TOOL_NAME, version: VERSION };

/** An archive that an operation works on: what was opened, what of it was selected, who does the work. */
export interface Archive {
  readonly container: OpenContainer;
  readonly selected: readonly StreamParts[];
  readonly pool: Pool;
  /** Nobody needs the threads behind this work. */
  readonly ownsPool: boolean;
  readonly onBytes: OnBytes;
  readonly signal: AbortSignal | undefined;
  /** The clock that predictions go by. */
  readonly atNs: bigint;
  /** What was found in blocks that were scanned already. */
  readonly readBacks?: ReadBacks | undefined;
  /** It is the whole store of a server that is in no cluster. */
  readonly isStandalone: boolean;
}

/** What an operation knows of its own work. */
export interface OpenArchiveOptions extends SelectOptions {
  /** Go past damage of containers. */
  readonly salvage?: boolean;
  /** Chunks of snapshots that are known not to be damaged. */
  readonly soundChunks?: SoundChunks;
  /** From how many bytes on threads pay. */
  readonly worthThreadsBytes?: number;
  /** What threads do for each stream that is a folder, beside reading it: as much work as reading so many bytes. */
  readonly streamWorkBytes?: number;
  /** Threads of another operation, which ends them itself. */
  readonly pool?: Pool | undefined;
  readonly readBacks?: Archive['readBacks'];
  /** Does jobs, and the errands of the operation. */
  readonly runJob?: RunJob;
}

/**
 * Opens an archive, selects streams, does the work and closes, whatever happens. `salvage`: go past damage of containers.
 * Throws SourceError, UsageError.
 */
export async function withArchive<T>(
  path: string,
  options: OpenArchiveOptions,
  work: (archive: Archive) => Promise<T>,
): Promise<T> {
  const container = await openForStream(path, options);
  try {
    blockMustBeMeant([container], options);
    const selected = selectStreams(container, options);
    return await withPool([{ container, selected }], options, async ([one]) => work(one as Archive));
  } finally {
    container.close();
  }
}

/** Throws UsageError where a block's number was given and none of the archives is a single block. */
export function blockMustBeMeant(containers: readonly OpenContainer[], { blockNumber }: SelectOptions): void {
  if (blockNumber === undefined || containers.some(({ kind }) => kind === 'block')) return;
  const paths = containers.map(({ path }) => (path === '-' ? 'standard input' : path)).join(', ');
  throw new UsageError(`--block gives the number of a single block file; there is none: ${paths}`);
}

/** Opens one archive, data of another stream apart from the configuration beside it. The caller closes. Throws SourceError. */
export async function openForStream(path: string, options: OpenArchiveOptions): Promise<OpenContainer> {
  const streamName = onlyName(options);
  const container = await openContainer(path, {
    ...(streamName === undefined ? {} : { streamName }),
    ...(options.blockNumber === undefined ? {} : { blockNumber: options.blockNumber }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.salvage === undefined ? {} : { salvage: options.salvage }),
    ...(options.soundChunks === undefined ? {} : { soundChunks: options.soundChunks }),
  });
  return foreignApart(container);
}

/** What was opened, and which of its streams the work is about. */
export type Selection = Pick<Archive, 'container' | 'selected'>;

/** Gives archives to the work that share the threads and the progress. */
export async function withPool<T>(
  selections: readonly Selection[],
  options: OpenArchiveOptions,
  work: (archives: readonly Archive[]) => Promise<T>,
): Promise<T> {
  const streams = selections.flatMap(({ selected }) => selected);
  const pool =
    options.pool ??
    new Pool({
      jobs: options.jobs,
      totalBytes: workOfAll(streams, options),
      worthThreadsBytes: options.worthThreadsBytes,
      signal: options.signal,
      entry: THREAD_ENTRY,
      runJob: options.runJob ?? runJob,
    });
  let doneBytes = 0;
  let totalBytes: number | undefined;
  const { onProgress } = options;
  const onBytes: OnBytes = (bytes, label) => {
    if (onProgress === undefined) return;
    doneBytes += bytes;
    // This looks into the folder of each stream.
    totalBytes ??= streams.reduce((sum, parts) => sum + parts.sizeBytes, 0);
    onProgress({ doneBytes, totalBytes, label });
  };
  try {
    const atNs = options.atNs ?? BigInt(Date.now()) * 1_000_000n;
    return await work(
      selections.map((selection) => ({
        ...selection,
        pool,
        ownsPool: options.pool === undefined,
        onBytes,
        signal: options.signal,
        atNs,
        readBacks: options.readBacks,
        isStandalone: isStandalone(selection.container),
      })),
    );
  } finally {
    if (options.pool === undefined) await pool.close();
  }
}

/** How much work streams are; where they are many, no more of them are looked into than it takes to be worth threads. */
function workOfAll(streams: readonly StreamParts[], options: OpenArchiveOptions): number {
  const { worthThreadsBytes: enoughBytes = WORTH_THREADS_BYTES, streamWorkBytes = 0 } = options;
  let work = streamWorkBytes * streams.filter(({ form }) => form === 'store').length;
  for (const parts of streams) {
    if (work >= enoughBytes) break;
    work += workOf(parts);
  }
  return work;
}

/** How much work a stream is, in bytes of plain blocks. */
function workOf(parts: StreamParts): number {
  if (parts.form === 'config') return parts.sizeBytes;
  if (parts.form === 'v1' || parts.form === 'v2') return parts.sizeBytes * PACKED_WORK;
  return parts.form === 'store' && isPacked(parts) ? parts.sizeBytes * PACKED_WORK : sizeOf(parts);
}

/** A .tgz is unpacked before its blocks are read. */
function sizeOf({ carrier, sizeBytes }: FileStreamParts): number {
  return carrier?.sizeBytes ?? sizeBytes;
}

/** Whether blocks of a store are compressed, by one of them. One that cannot be read is told of when its turn comes. */
function isPacked(parts: FileStreamParts): boolean {
  const block = parts.entries.find(({ path, sizeBytes }) => path.endsWith('.blk') && sizeBytes > 0);
  if (block === undefined) return false;
  const head = new Uint8Array(PACKING_BYTES);
  try {
    const source = block.open();
    source.read(head, 0);
    source.close();
  } catch {
    return false;
  }
  return isCompressedBlock(head);
}

function selectStreams(container: OpenContainer, options: SelectOptions): StreamParts[] {
  const { account, streams = [] } = options;
  if (container.kind === 'block') {
    if (streams.length > 1)
      throw new UsageError(`${container.path} is a block of one stream: --stream must name it alone`);
    return [...container.streams];
  }
  // The one stream of an archive that does not tell its name is the one that is asked for.
  const isAlone = container.streams.length === 1;
  const ofAccount = container.streams.filter(
    (parts) => account === undefined || matchesName(account, parts.account ?? ''),
  );
  const isMeant = isAlone && ofAccount.some((parts) => streamNameOf(parts) === '');
  const selected = isMeant ? ofAccount : streamsCalled(streams, ofAccount);
  if (selected.length === 0 && (account !== undefined || streams.length > 0))
    throw new UsageError(
      `no stream in ${container.path} fits the selection ${selectionText(options)}; it holds ${namesIn(container)}`,
    );
  return selected;
}

/**
 * The streams that one of the patterns fits; all where there is none. A backup's folder may have been renamed: where no folder is
 * called so, the stream's own name tells.
 */
export function streamsCalled(patterns: readonly string[], streams: readonly StreamParts[]): StreamParts[] {
  if (patterns.length === 0) return [...streams];
  const isCalled = (pattern: string, parts: StreamParts): boolean =>
    matchesName(pattern, streamNameOf(parts));
  const renamed = patterns.filter((pattern) => !streams.some((parts) => isCalled(pattern, parts)));
  return streams.filter((parts) => {
    if (patterns.some((pattern) => isCalled(pattern, parts))) return true;
    const own = renamed.length === 0 ? '' : ownNameOf(parts);
    return renamed.some((pattern) => matchesName(pattern, own));
  });
}

/** The name that a stream's own files tell, where a folder of a backup may be called otherwise. */
function ownNameOf(parts: StreamParts): string {
  if (parts.form === 'store') return '';
  try {
    return loadStream(parts).name;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return '';
  }
}

function selectionText({ account, streams = [] }: SelectOptions): string {
  const accounts = account === undefined ? [] : [`account ${account}`];
  return [...accounts, ...streams.map((stream) => `stream ${stream}`)].join(', ');
}

/** So many names are told where none was found. */
const MOST_NAMES = 10;

function namesIn({ streams }: OpenContainer): string {
  const names = streams
    .slice(0, MOST_NAMES)
    .map((parts) => (parts.account === null ? '' : `${parts.account}/`) + nameText(streamNameOf(parts)));
  const more = streams.length - names.length;
  return names.length === 0 ? 'none' : names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The name by which a stream is selected. */
export function streamNameOf(parts: StreamParts): string {
  if (parts.folderName !== null) return parts.folderName;
  return nameOf(loadManifest(parts)?.value?.config ?? null) || loadStream(parts).name;
}

/** Reads everything about a stream but its messages, whatever its form. Throws SourceError only. */
export function loadStream(parts: StreamParts): StreamArchive {
  switch (parts.form) {
    case 'v2':
      return loadV2Stream(parts);
    case 'config':
      return loadConfigStream(parts);
    case 'store':
    case 'v1':
    case 'tgz':
    case 'tar':
      return loadFileStream(parts);
  }
}

/** What reports say of the archive. */
export function sourceReport(
  container: OpenContainer,
  sizeBytes: number = container.sizeBytes,
): SourceReport {
  return {
    path: container.path,
    kind: container.kind,
    snapshot_format: container.snapshotFormat,
    bytes: sizeBytes,
  };
}

/** Findings of the container, with the stream they are about, which it does not know. */
export function placed(findings: readonly Finding[], place: Place): Finding[] {
  return findings.map((finding) => ({ ...finding, ...place }));
}

/** Whether it is all that a server has which belongs to no cluster: it may start on a store made of it. */
export function isStandalone(container: OpenContainer): boolean {
  return (
    container.kind === 'store' && !container.findings.some(({ code }) => code === 'DIR_RAFT_NOT_CHECKED')
  );
}
