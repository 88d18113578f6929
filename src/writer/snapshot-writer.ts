import { S2Encoder } from '../codec/s2/encoder.ts';
import { encodeEntry, isApart } from '../container/tar/packed-entry.ts';
import { TAR_END } from '../container/tar/write.ts';

/** Writes a V1 snapshot, file by file: a tar in an S2 stream (container/README.md). Holds 1 MiB. */
export class SnapshotWriter {
  readonly #encoder: S2Encoder;

  /** `write` gets the snapshot's bytes in order; they are valid during the call only. */
  constructor(write: (bytes: Uint8Array) => void) {
    this.#encoder = new S2Encoder(write);
  }

  addFile(path: string, bytes: Uint8Array): void {
    if (isApart(bytes.length)) this.#encoder.endChunk();
    encodeEntry(this.#encoder, path, bytes);
    if (isApart(bytes.length)) this.#encoder.endChunk();
  }

  /** Adds a file that `packEntry` made chunks of. */
  addPacked(chunks: Uint8Array): void {
    this.#encoder.append(chunks);
  }

  end(): void {
    this.#encoder.write(TAR_END);
    this.#encoder.end();
  }
}
