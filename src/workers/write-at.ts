import { writeSync } from 'node:fs';
import { refusedWrite } from '../core/system-error.ts';

/** Writes bytes at an offset of an open file, all of them. Throws ToolError. */
export function writeAt(descriptor: number, bytes: Uint8Array, offsetBytes: number): void {
  try {
    for (let done = 0; done < bytes.length;)
      done += writeSync(descriptor, bytes, done, bytes.length - done, offsetBytes + done);
  } catch (error) {
    throw refusedWrite(error);
  }
}
