import {
  chownSync,
  closeSync,
  copyFileSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { writeAt } from '../workers/write-at.ts';
import type { StartedFile } from './file-sink.ts';
import { attempt } from './file-system.ts';
import { GrowingFile } from './growing-file.ts';
import { ReadBacks } from './read-backs.ts';

/** Who owns what is written, and who may read it. */
export interface Ownership {
  readonly folderMode: number;
  readonly fileMode: number;
  /** null: whoever runs the program. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

const PRIVATE: Ownership = { folderMode: 0o700, fileMode: 0o600, owner: null };

/** Files that are written, and synced, where nothing reads them yet. Throws ToolError where the system refuses. */
export class StagedFiles {
  /** Where they are written; paths of the methods are relative to it, empty for a file that is all there is. */
  readonly path: string;
  readonly #ownership: Ownership;
  bytesWritten = 0;
  readonly readBacks = new ReadBacks();

  constructor(path: string, ownership: Ownership = PRIVATE) {
    this.path = path;
    this.#ownership = ownership;
  }

  makeFolder(path: string): void {
    const { folderMode: mode } = this.#ownership;
    const first = attempt(() => mkdirSync(join(this.path, path), { recursive: true, mode }));
    if (first === undefined) return;
    const made = relative(first, join(this.path, path)).split(sep);
    for (const [i] of ['', ...made].entries()) this.#own(join(first, ...made.slice(0, i)));
  }

  /** Writes a file whose bytes are all there. */
  addFile(path: string, bytes: Uint8Array): void {
    const fd = this.#open(path);
    try {
      writeAt(fd, bytes, 0);
      this.bytesWritten += bytes.length;
      attempt(() => fsyncSync(fd));
    } finally {
      closeSync(fd);
    }
  }

  /** Begins a file that somebody else writes and syncs. */
  startFile(path: string): StartedFile {
    const descriptor = this.#open(path);
    const full = join(this.path, path);
    return {
      descriptor,
      path: full,
      end: (lengthBytes, readBack) => {
        attempt(() => closeSync(descriptor));
        this.bytesWritten += lengthBytes;
        if (readBack !== null) this.readBacks.add(full, readBack, null);
      },
    };
  }

  /** Writes a file through `fill`, and syncs it. */
  async writeFile(path: string, fill: (file: GrowingFile) => Promise<void> | void): Promise<void> {
    const fd = this.#open(path);
    try {
      const file = new GrowingFile(fd, join(this.path, path), this.readBacks);
      await fill(file);
      attempt(() => fsyncSync(fd));
      this.bytesWritten += file.lengthBytes;
    } finally {
      closeSync(fd);
    }
  }

  /** Takes a file over as it is. */
  copyFile(from: string, path: string): void {
    this.makeFolder(dirname(path));
    attempt(() => {
      copyFileSync(from, join(this.path, path));
      const fd = openSync(join(this.path, path), 'r');
      try {
        fsyncSync(fd);
        this.bytesWritten += fstatSync(fd).size;
      } finally {
        closeSync(fd);
      }
    });
  }

  /** Takes away what was written at a path. */
  remove(path: string): void {
    const full = join(this.path, path);
    attempt(() => rmSync(full, { recursive: true, force: true }));
    this.readBacks.drop(full);
  }

  /** Takes away what was staged. */
  discard(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  #open(path: string): number {
    if (path !== '') this.makeFolder(dirname(path));
    const file = join(this.path, path);
    const fd = attempt(() => openSync(file, 'wx', this.#ownership.fileMode));
    this.#own(file);
    return fd;
  }

  #own(path: string): void {
    const { owner } = this.#ownership;
    if (owner !== null) attempt(() => chownSync(path, owner.uid, owner.gid));
  }
}
