import { rewriteWindow } from '../kernels/index.ts';
import type { ScanResult } from './jobs/scan.ts';
import type { TakeOverJob, TakeOverResult } from './jobs/take-over.ts';
import { LARGEST_BLOCK_BYTES, rewriteHeld } from './rewrite-block.ts';
import { isSound, LargeRecord, MAX_TOUCHED_BYTES, scanBlock } from './scan-block.ts';

/** Checks a block and, where it is sound, takes it over from the same reading. Throws as `runJob` does. */
export function takeOverBlock(job: TakeOverJob, maxTouchedBytes?: number): TakeOverResult {
  const held = new HeldBlock();
  const scan = scanHolding(job, held, maxTouchedBytes);
  if (!held.isWhole || !isSound(scan)) return { kind: 'take-over', scan, rewritten: null };
  const rewritten = rewriteHeld(job.rewrite, held.lengthBytes, { job: job.scan, result: scan });
  return { kind: 'take-over', scan, rewritten };
}

/** A block with long records is scanned alone: they need the memory where it would be held. */
function scanHolding({ scan }: TakeOverJob, held: HeldBlock, maxTouchedBytes?: number): ScanResult {
  try {
    return scanBlock(scan, MAX_TOUCHED_BYTES, (bytes, offsetBytes) => held.put(bytes, offsetBytes));
  } catch (error) {
    if (!(error instanceof LargeRecord) || maxTouchedBytes !== undefined) throw error;
    held.isWhole = false;
    return scanBlock(scan);
  }
}

/** The bytes of a block, where the kernel rewrites them. */
class HeldBlock {
  lengthBytes = 0;
  isWhole = true;
  readonly #room = rewriteWindow(LARGEST_BLOCK_BYTES);

  put(bytes: Uint8Array, offsetBytes: number): void {
    this.lengthBytes = offsetBytes + bytes.length;
    if (this.lengthBytes > LARGEST_BLOCK_BYTES) this.isWhole = false;
    else this.#room.set(bytes, offsetBytes);
  }
}
