import { rewriteWindow } from '../kernels/index.ts';
import type { ByteSource, SourceDescriptor } from '../source/byte-source.ts';
import { LARGEST_BLOCK_BYTES } from './rewrite-block.ts';

/**
 * A block that is kept where the kernel rewrites it: each byte is read once from where it comes, and lent from there. One at a time
 * in a thread. One that is too large for that is read as any other.
 */
export class HeldBlock implements ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly isHeld: boolean;
  /** How many of its bytes are there; others are fewer than its source promised. */
  lengthBytes = 0;
  readonly #of: ByteSource;
  readonly #room: Uint8Array;

  constructor(of: ByteSource) {
    this.#of = of;
    this.sizeBytes = of.sizeBytes;
    this.descriptor = of.descriptor;
    this.isHeld = of.sizeBytes <= LARGEST_BLOCK_BYTES;
    this.#room = rewriteWindow(this.isHeld ? of.sizeBytes : 0);
  }

  read(target: Uint8Array, offsetBytes: number): number {
    if (!this.isHeld) return this.#of.read(target, offsetBytes);
    const part = this.#held(offsetBytes, target.length);
    target.set(part);
    return part.length;
  }

  lend(offsetBytes: number, mostBytes: number): Uint8Array | null {
    return this.isHeld ? this.#held(offsetBytes, mostBytes) : null;
  }

  close(): void {
    this.#of.close();
  }

  #held(offsetBytes: number, mostBytes: number): Uint8Array {
    const endBytes = Math.min(offsetBytes + mostBytes, this.sizeBytes);
    while (this.lengthBytes < endBytes) {
      const readBytes = this.#of.read(this.#room.subarray(this.lengthBytes, endBytes), this.lengthBytes);
      if (readBytes === 0) break;
      this.lengthBytes += readBytes;
    }
    return this.#room.subarray(offsetBytes, Math.min(endBytes, this.lengthBytes));
  }
}
