import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, chownSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt, endedStager, STAGING_MARK, syncFolder, syncFolders } from './file-system.ts';
import { StagedFiles, type Ownership } from './staged-files.ts';

const PRIVATE_FOLDER = 0o700;
const GROUP_READS = 0o040;

/** Streams that are written in a store's folder, outside `jetstream/`, and renamed into it when they are whole. */
export class StagedStore extends StagedFiles {
  readonly #jetstream: string;
  readonly #ownership: Ownership;

  /** `storeFolder` is the server's store_dir. */
  constructor(storeFolder: string) {
    const ownership = ownershipOf(storeFolder);
    super(join(storeFolder, `${STAGING_MARK}${process.pid}`), ownership);
    this.#jetstream = join(storeFolder, 'jetstream');
    this.#ownership = ownership;
  }

  /** Where the streams are written, in the layout of `jetstream/`. */
  get newStreams(): string {
    return join(this.path, 'new');
  }

  /**
   * Moves streams into place, given as `ACCOUNT/streams/NAME`. One that is there already waits in the staging folder until the
   * new one is in its place. Where the system refuses, all is put back as it was. Throws ToolError.
   */
  install(streamPaths: readonly string[]): void {
    const undo: (() => void)[] = [];
    try {
      attempt(() => syncFolders(this.path));
      for (const path of streamPaths) this.#installOne(path, undo);
    } catch (error) {
      for (const step of undo.toReversed()) tryTo(step);
      throw error;
    }
  }

  /** Takes away what was staged. A stream that was set aside and is missing in its place goes back there first. */
  override discard(): void {
    const storeFolder = dirname(this.#jetstream);
    clearLeftover(storeFolder, leftoverAt(storeFolder, this.path));
  }

  #installOne(path: string, undo: (() => void)[]): void {
    const [fresh, place, kept] = [
      join(this.newStreams, path),
      join(this.#jetstream, path),
      join(this.path, 'old', path),
    ];
    this.#makeFolders(dirname(place));
    attempt(() => {
      if (existsSync(place)) {
        mkdirSync(dirname(kept), { recursive: true, mode: PRIVATE_FOLDER });
        syncFolders(this.path);
        renameSync(place, kept);
        undo.push(() => renameSync(kept, place));
        syncFolder(dirname(kept));
      }
      renameSync(fresh, place);
      undo.push(() => renameSync(place, fresh));
      syncFolder(dirname(place));
    });
  }

  #makeFolders(folder: string): void {
    if (existsSync(folder)) return;
    this.#makeFolders(dirname(folder));
    const { folderMode, owner } = this.#ownership;
    attempt(() => {
      mkdirSync(folder, { mode: folderMode });
      if (owner !== null) chownSync(folder, owner.uid, owner.gid);
      syncFolder(dirname(folder));
    });
  }
}

/** As the store has it: its folders' mode and owner; files are for those who may look into the folders. */
function ownershipOf(storeFolder: string): Ownership {
  return attempt(() => {
    const jetstream = join(storeFolder, 'jetstream');
    const { mode, uid, gid } = statSync(existsSync(jetstream) ? jetstream : storeFolder);
    const folderMode = existsSync(jetstream) ? mode & 0o777 : PRIVATE_FOLDER;
    return {
      folderMode,
      fileMode: (folderMode & GROUP_READS) === 0 ? 0o600 : 0o640,
      owner: process.getuid?.() === 0 ? { uid, gid } : null,
    };
  });
}

/** What a run that was killed left in a store: its folder, and streams that it had set aside and not yet replaced. */
export interface StoreLeftover {
  readonly folder: string;
  /** `ACCOUNT/streams/NAME` of streams that are to be put back. */
  readonly setAside: readonly string[];
}

/** Looks for what runs that were killed left in a store; those of running ones are not among them. */
export function storeLeftovers(storeFolder: string): StoreLeftover[] {
  return attempt(() => readdirSync(storeFolder))
    .filter((name) => endedStager(name, STAGING_MARK) !== null)
    .map((name) => leftoverAt(storeFolder, join(storeFolder, name)));
}

function leftoverAt(storeFolder: string, folder: string): StoreLeftover {
  const isMissing = (path: string): boolean => !existsSync(join(storeFolder, 'jetstream', path));
  return { folder, setAside: streamPathsIn(join(folder, 'old')).filter(isMissing) };
}

/** Puts back what was set aside and removes the rest. */
export function clearLeftover(storeFolder: string, { folder, setAside }: StoreLeftover): void {
  attempt(() => {
    for (const path of setAside) {
      const place = join(storeFolder, 'jetstream', path);
      renameSync(join(folder, 'old', path), place);
      syncFolder(dirname(place));
    }
    rmSync(folder, { recursive: true, force: true });
  });
}

/** What cannot be undone now is undone by the next run. */
function tryTo(step: () => void): void {
  try {
    step();
  } catch {
    // The error that led here is the one to tell.
  }
}

function streamPathsIn(folder: string): string[] {
  const foldersIn = (path: string): string[] => (existsSync(path) ? readdirSync(path) : []);
  return foldersIn(folder).flatMap((account) =>
    foldersIn(join(folder, account, 'streams')).map((name) => join(account, 'streams', name)),
  );
}
