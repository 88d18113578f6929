import { S2Encoder } from '../codec/s2/encoder.ts';
import { encodeEntry, entrySizes, isApart } from '../container/tar/packed-entry.ts';
import { TAR_END } from '../container/tar/write.ts';
import type { PackedFile } from './file-sink.ts';
import type { GrowingFile } from './growing-file.ts';

/** Writes a V1 snapshot, file by file: a tar in an S2 stream (container/README.md). Holds 1 MiB. */
export class SnapshotWriter {
  readonly #encoder: S2Encoder;
  #tarBytes = 0;
  /** Makes way for a file that `packEntry` made chunks of; absent where the snapshot is not a file that others may write to. */
  readonly placePacked?: (path: string, contentBytes: number, packedBytes: number) => PackedFile;

  /** `write` gets the snapshot's bytes in order; they are valid during the call only. `file` is where they go. */
  constructor(write: (bytes: Uint8Array) => void, file?: GrowingFile) {
    this.#encoder = new S2Encoder(write);
    if (file !== undefined)
      this.placePacked = (path, contentBytes, packedBytes) =>
        this.#makeWay(file, path, contentBytes, packedBytes);
  }

  addFile(path: string, bytes: Uint8Array): void {
    if (isApart(bytes.length)) this.#encoder.endChunk();
    encodeEntry(this.#encoder, path, bytes);
    if (isApart(bytes.length)) this.#encoder.endChunk();
    this.#tarBytes += entrySizes(path, bytes.length).allBytes;
  }

  end(): void {
    this.#encoder.write(TAR_END);
    this.#encoder.end();
  }

  #makeWay(file: GrowingFile, path: string, contentBytes: number, packedBytes: number): PackedFile {
    this.#encoder.makeWay();
    const { headBytes, allBytes } = entrySizes(path, contentBytes);
    const decodedAt = this.#tarBytes;
    this.#tarBytes += allBytes;
    const offsetBytes = file.reserve(packedBytes);
    const { descriptor } = file;
    return {
      place: { descriptor, path: file.path, offsetBytes },
      end: (readBack) => {
        if (readBack === null) return;
        const inSnapshot = { ...readBack, carrierChecked: [decodedAt, decodedAt + allBytes] };
        file.remember(inSnapshot, decodedAt + headBytes, offsetBytes);
      },
    };
  }
}
