import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

/** As much as a command of the bench writes at most. */
const WARMED_BYTES = 1280 * 1024 * 1024;
const PIECE = Buffer.alloc(8 * 1024 * 1024);

/**
 * Fills free memory with a file beside `target` and drops it. What a virtual machine has given back to its host costs ten times as much
 * to write to, and which command meets it is chance.
 */
export function warmMemory(target) {
  const scratch = `${target}.scratch`;
  const file = openSync(scratch, 'w');
  try {
    for (let bytes = 0; bytes < WARMED_BYTES; bytes += PIECE.length) writeSync(file, PIECE);
  } finally {
    closeSync(file);
    rmSync(scratch);
  }
}
