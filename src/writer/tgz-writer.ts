import { gzipSync } from 'node:zlib';
import { TAR_END, tarFileHeader, tarPadding } from '../container/tar/write.ts';

/** Compressed at a time; each makes a gzip member of its own, and readers take one behind the other. */
const PIECE_BYTES = 1024 * 1024;

/** Writes a legacy `.tgz` snapshot, file by file: a tar in gzip (container/README.md). Holds 1 MiB. */
export class TgzWriter {
  readonly #write: (bytes: Uint8Array) => void;
  #pieces: Uint8Array[] = [];
  #held = 0;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  addFile(path: string, bytes: Uint8Array): void {
    this.#take(tarFileHeader(path, bytes.length));
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.#take(bytes.slice(at, at + PIECE_BYTES));
    this.#take(tarPadding(bytes.length));
  }

  end(): void {
    this.#take(TAR_END);
    this.#flush();
  }

  #take(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#held += bytes.length;
    if (this.#held >= PIECE_BYTES) this.#flush();
  }

  #flush(): void {
    if (this.#held > 0) this.#write(gzipSync(Buffer.concat(this.#pieces)));
    this.#pieces = [];
    this.#held = 0;
  }
}
