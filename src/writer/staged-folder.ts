import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ToolError, UsageError } from '../core/error.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/**
 * A folder that is written beside its target and renamed into place when it is whole; until then nothing is at the
 * target. Throws UsageError where something is there already, ToolError where the system refuses to write.
 */
export class StagedFolder {
  readonly path: string;
  readonly #target: string;
  bytesWritten = 0;

  constructor(target: string) {
    this.#target = resolve(target);
    mustBeFree(this.#target);
    this.path = `${this.#target}.natsarc-${process.pid}`;
    attempt(() => mkdirSync(this.path, { mode: FOLDER_MODE }));
  }

  makeFolder(path: string): void {
    attempt(() => mkdirSync(join(this.path, path), { recursive: true, mode: FOLDER_MODE }));
  }

  /** Writes a file through `fill`, and syncs it. */
  async writeFile(
    path: string,
    fill: (write: (bytes: Uint8Array) => void) => Promise<void> | void,
  ): Promise<void> {
    const fd = attempt(() => openSync(join(this.path, path), 'wx', FILE_MODE));
    try {
      await fill((bytes) => {
        for (let done = 0; done < bytes.length;)
          done += attempt(() => writeSync(fd, bytes, done, bytes.length - done));
        this.bytesWritten += bytes.length;
      });
      attempt(() => fsyncSync(fd));
    } finally {
      closeSync(fd);
    }
  }

  /** Puts the folder where it belongs. */
  commit(): void {
    attempt(() => {
      syncFolders(this.path);
      renameSync(this.path, this.#target);
      syncFolder(dirname(this.#target));
    });
  }

  /** Takes away what was staged. */
  discard(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function mustBeFree(target: string): void {
  if (!existsSync(dirname(target))) throw new UsageError(`${dirname(target)} is not there`);
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory() || readdirSync(target).length > 0)
    throw new UsageError(`${target} is there already`);
}

function syncFolders(folder: string): void {
  for (const item of readdirSync(folder, { withFileTypes: true }))
    if (item.isDirectory()) syncFolders(join(folder, item.name));
  syncFolder(folder);
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}
