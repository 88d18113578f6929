import { writeSync } from 'node:fs';
import { ToolError } from '../core/error.ts';

/** Writes bytes at an offset of an open file, all of them. Throws ToolError. */
export function writeAt(descriptor: number, bytes: Uint8Array, offsetBytes: number): void {
  try {
    for (let done = 0; done < bytes.length;)
      done += writeSync(descriptor, bytes, done, bytes.length - done, offsetBytes + done);
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}
