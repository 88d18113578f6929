import { writeAt } from '../workers/write-at.ts';
import type { ScanResult } from '../workers/jobs/scan.ts';
import type { ReadBacks } from './read-backs.ts';

/** Gives a file its bytes, in order; they are written when the call returns. */
export type WriteBytes = (bytes: Uint8Array) => void;

/** An open file that is written from its beginning on, some of it by others. */
export class GrowingFile {
  readonly descriptor: number;
  readonly path: string;
  lengthBytes = 0;
  readonly #readBacks: ReadBacks;

  constructor(descriptor: number, path: string, readBacks: ReadBacks) {
    this.descriptor = descriptor;
    this.path = path;
    this.#readBacks = readBacks;
  }

  /** Throws ToolError. */
  readonly write: WriteBytes = (bytes) => writeAt(this.descriptor, bytes, this.reserve(bytes.length));

  /** Leaves room for bytes that somebody else writes; gives where it begins. */
  reserve(lengthBytes: number): number {
    const at = this.lengthBytes;
    this.lengthBytes += lengthBytes;
    return at;
  }

  /** A block in it was read again: `contentAt` is its offset once decoded, `encodedAt` that of its first chunk. */
  remember(readBack: ScanResult, contentAt: number, encodedAt: number): void {
    this.#readBacks.add(this.path, readBack, { contentAt, encodedAt });
  }
}
