import { SourceError } from '../core/error.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import type { TwinResult } from './jobs/scan.ts';
import { openBlock, type OpenBlock } from './open-block.ts';

/** One for a thread: what a twin's bytes are read into. */
let spare = new Uint8Array(0);

/** Another copy of a block that is being read: whether its decoded bytes are the same. */
export class Twin {
  readonly #block: OpenBlock;
  readonly #sizeBytes: number;
  #comparedBytes = 0;
  #isEqual: boolean;

  constructor(source: SourceDescriptor, sizeBytes: number) {
    this.#block = openBlock(source);
    this.#sizeBytes = sizeBytes;
    this.#isEqual = this.#block.content.sizeBytes === sizeBytes;
  }

  /** Takes the next bytes of the block. */
  compare(bytes: Uint8Array, offsetBytes: number): void {
    if (!this.#isEqual) return;
    if (spare.length < bytes.length) spare = new Uint8Array(bytes.length);
    const own = spare.subarray(0, bytes.length);
    const lengthBytes = this.#read(own, offsetBytes);
    this.#comparedBytes += lengthBytes;
    this.#isEqual = lengthBytes === bytes.length && Buffer.compare(own, bytes) === 0;
  }

  /** One that cannot be read is not equal; whoever scans it tells why. */
  #read(target: Uint8Array, offsetBytes: number): number {
    try {
      return this.#block.content.read(target, offsetBytes);
    } catch (error) {
      if (error instanceof SourceError) return 0;
      throw error;
    }
  }

  /** A block that could not be read to its end tells nothing of what its copy holds behind. */
  result(): TwinResult {
    return {
      isEqual: this.#isEqual && this.#comparedBytes === this.#sizeBytes,
      compression: this.#block.compression,
      blockFaults: this.#block.blockFaults(),
      carrierFaults: this.#block.carrierFaults(),
    };
  }

  close(): void {
    this.#block.close();
  }
}
