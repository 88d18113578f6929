import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { SourceError } from '../core/error.ts';
import type { ByteSource, SourceDescriptor } from './byte-source.ts';

/** A file, opened for reading only; the descriptor is held until `close`. Throws SourceError. */
export class FileSource implements ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly #path: string;
  readonly #fd: number;
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    this.descriptor = { kind: 'file', path };
    this.#fd = this.#try(() => openSync(path, 'r'));
    this.sizeBytes = this.#try(() => fstatSync(this.#fd).size);
  }

  read(target: Uint8Array, offsetBytes: number): number {
    let done = 0;
    while (done < target.length) {
      const rest = done === 0 ? target : target.subarray(done);
      const count = this.#try(() => readSync(this.#fd, rest, 0, rest.length, offsetBytes + done));
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new SourceError(`${this.#path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
