import { rewriteWindow } from '../kernels/index.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { Lender } from './scan-lent.ts';
import type { ScanResult, TakeOverJob, TakeOverResult } from './jobs.ts';
import { LARGEST_BLOCK_BYTES, rewriteHeld } from './rewrite-block.ts';
import { isSound, LargeRecord, MAX_TOUCHED_BYTES, scanBlock } from './scan-block.ts';

/** Read at a time: it is scanned while it lies in the cache. */
const LENT_BYTES = 512 * 1024;

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
    return scanBlock(scan, MAX_TOUCHED_BYTES, (content) => held.holding(content));
  } catch (error) {
    if (!(error instanceof LargeRecord) || maxTouchedBytes !== undefined) throw error;
    held.isWhole = false;
    return scanBlock(scan);
  }
}

/** The bytes of a block, where the kernel rewrites them: they are read once, and scanned where they lie. */
class HeldBlock {
  lengthBytes = 0;
  isWhole = false;
  readonly #room = rewriteWindow(LARGEST_BLOCK_BYTES);

  /** The same source; what is read of it is held. */
  holding(content: ByteSource): ByteSource {
    this.lengthBytes = 0;
    this.isWhole = content.sizeBytes <= LARGEST_BLOCK_BYTES;
    if (!this.isWhole) return content;
    const { sizeBytes, descriptor } = content;
    const held = (offsetBytes: number, mostBytes: number): Buffer => {
      const endBytes = Math.min(offsetBytes + mostBytes, sizeBytes);
      while (this.lengthBytes < endBytes) {
        const readBytes = content.read(this.#room.subarray(this.lengthBytes, endBytes), this.lengthBytes);
        if (readBytes === 0) break;
        this.lengthBytes += readBytes;
      }
      return this.#room.subarray(offsetBytes, Math.min(endBytes, this.lengthBytes));
    };
    return {
      sizeBytes,
      descriptor,
      read: (target, offsetBytes) => held(offsetBytes, target.length).copy(target),
      lend: (offsetBytes, mostBytes) => held(offsetBytes, Math.min(mostBytes, LENT_BYTES)),
      close: () => content.close(),
    } satisfies Lender;
  }
}
