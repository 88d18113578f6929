import type { ByteSource, SourceDescriptor } from './byte-source.ts';

/** Bytes that are in memory already. */
export class MemorySource implements ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.sizeBytes = bytes.length;
    this.descriptor = { kind: 'memory', bytes };
  }

  read(target: Uint8Array, offsetBytes: number): number {
    const part = this.#bytes.subarray(offsetBytes, offsetBytes + target.length);
    target.set(part);
    return part.length;
  }

  close(): void {}
}
