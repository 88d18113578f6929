import {
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  closeSync,
  fsyncSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ToolError, UsageError } from '../core/error.ts';

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const MARK = '.natsarc-';

/** Gives a file its bytes, in order; they are written when the call returns. */
export type WriteBytes = (bytes: Uint8Array) => void;

/**
 * A folder or file that is written beside its target and renamed into place when it is whole; until then nothing is at
 * the target. What a run that was killed left there is removed first. Throws UsageError where something is at the target
 * already, ToolError where the system refuses to write.
 */
export class StagedTarget {
  /** Where it is written; paths of the methods are relative to it, empty for the target itself. */
  readonly path: string;
  readonly #target: string;
  bytesWritten = 0;

  constructor(target: string) {
    this.#target = resolve(target);
    mustBeFree(this.#target);
    removeLeftovers(this.#target);
    this.path = `${this.#target}${MARK}${process.pid}`;
  }

  makeFolder(path: string): void {
    attempt(() => mkdirSync(join(this.path, path), { recursive: true, mode: FOLDER_MODE }));
  }

  /** Writes a file whose bytes are all there. */
  addFile(path: string, bytes: Uint8Array): void {
    const fd = this.#open(path);
    try {
      this.#write(fd, bytes);
      attempt(() => fsyncSync(fd));
    } finally {
      closeSync(fd);
    }
  }

  /** Writes a file through `fill`, and syncs it. */
  async writeFile(path: string, fill: (write: WriteBytes) => Promise<void> | void): Promise<void> {
    const fd = this.#open(path);
    try {
      await fill((bytes) => this.#write(fd, bytes));
      attempt(() => fsyncSync(fd));
    } finally {
      closeSync(fd);
    }
  }

  /** Takes a file over as it is. */
  copyFile(from: string, path: string): void {
    const file = join(this.path, path);
    attempt(() => {
      mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
      copyFileSync(from, file);
      const fd = openSync(file, 'r');
      try {
        fsyncSync(fd);
        this.bytesWritten += fstatSync(fd).size;
      } finally {
        closeSync(fd);
      }
    });
  }

  /** Puts it where it belongs. */
  commit(): void {
    attempt(() => {
      if (statSync(this.path).isDirectory()) syncFolders(this.path);
      renameSync(this.path, this.#target);
      syncFolder(dirname(this.#target));
    });
  }

  /** Takes away what was staged. */
  discard(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #open(path: string): number {
    const file = join(this.path, path);
    return attempt(() => {
      if (path !== '') mkdirSync(dirname(file), { recursive: true, mode: FOLDER_MODE });
      return openSync(file, 'wx', FILE_MODE);
    });
  }

  #write(fd: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;)
      done += attempt(() => writeSync(fd, bytes, done, bytes.length - done));
    this.bytesWritten += bytes.length;
  }
}

function mustBeFree(target: string): void {
  if (!existsSync(dirname(target))) throw new UsageError(`${dirname(target)} is not there`);
  if (!existsSync(target)) return;
  if (!statSync(target).isDirectory() || readdirSync(target).length > 0)
    throw new UsageError(`${target} is there already`);
}

/** What runs that were killed staged for the same target: named with a process that is no more. */
function removeLeftovers(target: string): void {
  const prefix = `${basename(target)}${MARK}`;
  for (const name of attempt(() => readdirSync(dirname(target)))) {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (/^\d+$/.test(pid) && !isRunning(Number(pid)))
      attempt(() => rmSync(join(dirname(target), name), { recursive: true, force: true }));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
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
