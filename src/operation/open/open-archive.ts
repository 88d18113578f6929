import type { SoundChunks } from '../../codec/s2/pass-gap.ts';
import type { OpenContainer, StreamParts } from '../../container/entry.ts';
import { openContainer } from '../../container/open.ts';
import { UsageError } from '../../core/error.ts';
import { Pool } from '../../workers/pool.ts';
import { runJob, type RunJob } from '../../workers/run-job.ts';
import type { ReadBacks } from '../../writer/read-backs.ts';
import { foreignApart } from './foreign-data.ts';
import { onlyName } from './only-name.ts';
import type { OnBytes, SelectOptions } from '../types.ts';
import { selectStreams } from './select-streams.ts';
import { workOfAll, type WorthOptions } from './stream-work.ts';
import { THREAD_ENTRY } from '../thread-entry.ts';

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
export interface OpenArchiveOptions extends SelectOptions, WorthOptions {
  /** Go past damage of containers. */
  readonly salvage?: boolean;
  /** Chunks of snapshots that are known not to be damaged. */
  readonly soundChunks?: SoundChunks;
  /** Threads of another operation, which ends them itself. */
  readonly pool?: Pool | undefined;
  readonly readBacks?: Archive['readBacks'];
  /** For which server it is; default: as its folders tell. */
  readonly isStandalone?: boolean;
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
        isStandalone: options.isStandalone ?? isStandalone(selection.container),
      })),
    );
  } finally {
    if (options.pool === undefined) await pool.close();
  }
}

/** Whether it is all that a server has which belongs to no cluster: it may start on a store made of it. */
export function isStandalone(container: OpenContainer): boolean {
  return (
    container.kind === 'store' && !container.findings.some(({ code }) => code === 'DIR_RAFT_NOT_CHECKED')
  );
}
