import type { ByteSource, SourceDescriptor } from './byte-source.ts';

/** A window of another source. Closing it closes the other. */
export class SliceSource implements ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly of: ByteSource;
  /** Of its first byte in the other. */
  readonly offsetBytes: number;

  constructor(of: ByteSource, offsetBytes: number, lengthBytes: number) {
    this.of = of;
    this.offsetBytes = offsetBytes;
    this.sizeBytes = Math.max(0, Math.min(lengthBytes, of.sizeBytes - offsetBytes));
    this.descriptor = { kind: 'slice', of: of.descriptor, offsetBytes, lengthBytes: this.sizeBytes };
  }

  read(target: Uint8Array, offsetBytes: number): number {
    const lengthBytes = Math.min(target.length, this.sizeBytes - offsetBytes);
    if (lengthBytes <= 0) return 0;
    return this.of.read(target.subarray(0, lengthBytes), this.offsetBytes + offsetBytes);
  }

  lend(offsetBytes: number, mostBytes: number): Uint8Array | null {
    const lengthBytes = Math.min(mostBytes, this.sizeBytes - offsetBytes);
    return this.of.lend?.(this.offsetBytes + offsetBytes, Math.max(0, lengthBytes)) ?? null;
  }

  close(): void {
    this.of.close();
  }
}
