import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { distinctCaptures } from '../captures.ts';
import { filesBelow } from '../files-below.ts';
import type { Random } from '../random.ts';

/** Damages a stream's folder; says what it did, or `nothing`. */
export type Mutation = (folder: string, random: Random, donors: readonly string[]) => string;

/** Kinds of files in it. */
export const BLOCK = /^msgs\/\d+\.blk$/;
export const INDEX = /^msgs\/index\.db$/;
export const SIDECAR = /^(msgs\/(\d+\.(idx|fss)|thw\.db|sched\.db)|sources\.db)$/;
export const META = /^meta\.(inf|sum)$/;
export const CONSUMER_STATE = /^obs\/[^/]+\/o\.dat$/;
export const CONSUMER_FILE = /^obs\/[^/]+\/(o\.dat|meta\.inf|meta\.sum)$/;

/** The files of a kind, by name. */
export function filesOf(folder: string, fits: RegExp): string[] {
  return filesBelow(folder)
    .map((path) => relative(folder, path))
    .filter((path) => fits.test(path));
}

/** The name in a stream's meta.inf; null where that is gone. */
export function nameIn(folder: string): string | null {
  const path = join(folder, 'meta.inf');
  const isThere = existsSync(path) && statSync(path).isFile();
  return (isThere ? /"name":"([^"]*)"/.exec(readFileSync(path, 'utf8'))?.[1] : null) ?? null;
}

interface StreamFolder {
  readonly path: string;
  readonly name: string;
  readonly origin: string;
}

let known: readonly StreamFolder[] | null = null;

/** Every stream folder of the captures that is not encrypted. */
export function streamFolders(): readonly StreamFolder[] {
  known ??= findFolders();
  return known;
}

function findFolders(): StreamFolder[] {
  return distinctCaptures().flatMap((capture) => {
    if (capture.set.startsWith('enc') || capture.truth.layout === 'cluster') return [];
    const store = join(capture.folder, 'store/jetstream');
    const root = existsSync(store) ? store : join(capture.folder, 'store');
    return readdirSync(root).flatMap((account) => {
      const streams = join(root, account, 'streams');
      if (!existsSync(streams)) return [];
      return readdirSync(streams)
        .toSorted()
        .map((name) => ({ path: join(streams, name), name, origin: `${capture.id} ${account}/${name}` }));
    });
  });
}

/** Folders of streams of other names: records of a namesake would pass for the stream's own. */
export function donorsFor(name: string): readonly string[] {
  return streamFolders()
    .filter((folder) => folder.name !== name)
    .map(({ path }) => path);
}
