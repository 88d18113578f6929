import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RefusedError, ToolError } from '../../core/error.ts';
import { systemErrorText } from '../../core/system-error.ts';
import type { JsonObject } from '../../core/json.ts';
import { openContainer } from '../../container/open.ts';
import { loadStream } from '../open/load-stream.ts';

/** A stopped server's store as it is found. */
export interface DataDir {
  /** The configured store_dir; `jetstream` is, or will be, in it. */
  readonly storeFolder: string;
  /** Folders of accounts; none in a store that is new. */
  readonly accounts: readonly string[];
  /** Folder of a clustered server's raft groups; null where there is none. */
  readonly raftFolder: string | null;
}

/**
 * Finds the store in what the user named: the store_dir itself, or its `jetstream` folder. Throws RefusedError where it is neither,
 * ToolError where it may not be written.
 */
export function openDataDir(path: string): DataDir {
  if (!existsSync(path)) throw new RefusedError(`there is no data directory ${path}: make the folder first`);
  if (!statSync(path).isDirectory()) throw new RefusedError(`the data directory ${path} is no folder`);
  const storeFolder = storeFolderOf(resolve(path));
  try {
    accessSync(storeFolder, constants.W_OK | constants.R_OK | constants.X_OK);
  } catch (error) {
    throw new ToolError(systemErrorText(error, storeFolder));
  }
  const jetstream = join(storeFolder, 'jetstream');
  const accounts = existsSync(jetstream) ? foldersIn(jetstream).filter((name) => !/^[._]/.test(name)) : [];
  const clustered = accounts.find((account) => existsSync(join(jetstream, account, '_js_')));
  return {
    storeFolder,
    accounts: accounts.filter((account) => account !== clustered || hasStreams(jetstream, account)),
    raftFolder: clustered === undefined ? null : join(jetstream, clustered, '_js_'),
  };
}

function storeFolderOf(path: string): string {
  const items = readdirSync(path).filter((name) => !name.startsWith('.natsarc-'));
  if (items.includes('jetstream')) return path;
  if (basename(path) === 'jetstream') return dirname(path);
  if (items.length === 0) return path;
  throw new RefusedError(
    `${path} is no store_dir: it holds no jetstream folder and is not empty (it is the folder that the server's configuration names)`,
  );
}

function hasStreams(jetstream: string, account: string): boolean {
  return existsSync(join(jetstream, account, 'streams'));
}

function foldersIn(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((item) => item.isDirectory())
    .map((item) => item.name);
}

/** A stream that is in a store. */
export interface StoredStream {
  readonly name: string;
  readonly config: JsonObject | null;
}

/** The streams of an account, as their folders tell them. Throws SourceError. */
export async function storedStreams(dataDir: DataDir, account: string): Promise<StoredStream[]> {
  const folder = join(dataDir.storeFolder, 'jetstream', account);
  if (!existsSync(join(folder, 'streams'))) return [];
  const container = await openContainer(folder);
  try {
    return container.streams.map((parts) => {
      const { config } = loadStream(parts);
      return { name: parts.folderName ?? '', config };
    });
  } finally {
    container.close();
  }
}
