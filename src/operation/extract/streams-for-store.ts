import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../core/error.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { loadStream } from '../open/load-stream.ts';
import type { Archive } from '../open/open-archive.ts';
import { DEFAULT_ACCOUNT } from '../convert/run.ts';
import { outgoingStream, type OutgoingStream } from '../write/outgoing-stream.ts';
import { mustBeOne } from '../open/choose-one.ts';
import { streamsToWrite, type StreamsToWrite } from '../selection/streams-to-write.ts';
import { contentToWrite } from '../write/presumed-content.ts';
import type { DataDir } from './data-dir.ts';
import type { ExtractOptions } from './types.ts';

/** A stream and the account of the store that it goes to. */
export interface StoreStream extends OutgoingStream {
  readonly account: string;
}

/** What goes into a store, and what is said of what does not. */
interface StreamsForStore extends Omit<StreamsToWrite, 'usable'> {
  readonly streams: readonly StoreStream[];
}

/** The selected streams as a store takes them. Throws UsageError, SourceError, ToolError. */
export async function streamsForStore(
  work: Archive,
  dataDir: DataDir,
  options: ExtractOptions,
): Promise<StreamsForStore> {
  const { usable, ...told } = await streamsToWrite(
    ofAccount(work.selected.map(loadStream), options),
    work,
    options,
  );
  if (options.as !== undefined) mustBeOne(usable);
  const streams: StoreStream[] = [];
  for (const archive of usable) {
    const stream = outgoingStream(archive, await contentToWrite(archive, work, options), options);
    const account = options.intoAccount ?? archive.account ?? DEFAULT_ACCOUNT;
    streams.push(fitForStore({ ...stream, account }, dataDir));
  }
  return { streams, ...told };
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

/** In a store everything is a file, and a server leaves out a stream whose template is not there. */
function fitForStore(stream: StoreStream, { storeFolder }: DataDir): StoreStream {
  const { template_owner: template, ...config } = stream.config;
  const isThere =
    typeof template === 'string' &&
    existsSync(join(storeFolder, 'jetstream', stream.account, 'templates', template));
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
