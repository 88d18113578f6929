import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SourceError } from '../core/error.ts';
import { systemErrorText } from '../core/system-error.ts';
import type { ByteSource, SourceDescriptor } from './byte-source.ts';

/** An account may hold thousands of snapshots, a process only so many open files: the one unused longest is closed. */
const MOST_OPEN = 64;

/** Descriptors by the source that reads through them, the one used last at the end. */
const openFiles = new Map<FileSource, number>();

/** A file, for reading only. It is opened at once, and again where it was closed to make room. Throws SourceError. */
export class FileSource implements ByteSource {
  readonly descriptor: SourceDescriptor;
  readonly #path: string;
  #sizeBytes: number | undefined;

  constructor(path: string) {
    this.#path = path;
    this.descriptor = { kind: 'file', path };
    this.#try(() => this.#fd());
  }

  /** Asked for once, and not where only a head is read. */
  get sizeBytes(): number {
    return (this.#sizeBytes ??= this.#try(() => fstatSync(this.#fd()).size));
  }

  read(target: Uint8Array, offsetBytes: number): number {
    let done = 0;
    while (done < target.length) {
      const rest = done === 0 ? target : target.subarray(done);
      const count = this.#try(() => readSync(this.#fd(), rest, 0, rest.length, offsetBytes + done));
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  close(): void {
    const fd = openFiles.get(this);
    if (fd !== undefined) closeSync(fd);
    openFiles.delete(this);
  }

  #fd(): number {
    const fd = openFiles.get(this) ?? openSync(this.#path, 'r');
    openFiles.delete(this);
    openFiles.set(this, fd);
    const [oldest] = openFiles.keys();
    if (openFiles.size > MOST_OPEN && oldest !== undefined) oldest.close();
    return fd;
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new SourceError(systemErrorText(error, this.#path));
    }
  }
}
