import type { BlockScanner } from '../../../src/kernels/index.ts';
import type { BlockScan } from '../../../src/kernels/types.ts';
import { highwayHash64 } from '../../../src/kernels/reference/highway-hash.ts';
import { recordBytes, type RecordParts } from '../../support/record-bytes.ts';

export const KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i * 7 + 3);
export const TIME = 1795216239741415181n;

/** One record; `word` is the sequence with its flag bits. `hash` makes the checksum. */
export function record(
  word: bigint,
  parts: Partial<RecordParts> = {},
  hash: (key: Uint8Array, bytes: Uint8Array) => Uint8Array = highwayHash64,
): Uint8Array {
  return recordBytes({ timeNs: TIME, ...parts, word }, (bytes) => hash(KEY, bytes));
}

/** Has a scanner read a block, at most so many bytes at once. */
export function scanWhole(scanner: BlockScanner, block: Uint8Array, most = Infinity): BlockScan {
  for (let at = 0; at < block.length;) {
    const window = scanner.window();
    const part = block.subarray(at, at + Math.min(most, window.length));
    window.set(part);
    scanner.push(part.length);
    at += part.length;
  }
  return scanner.finish();
}
