import { HeldBlock } from './held-block.ts';
import type { ScanResult } from './jobs/scan.ts';
import type { TakeOverJob, TakeOverResult } from './jobs/take-over.ts';
import { openBlock } from './open-block.ts';
import { rewriteHeld } from './rewrite-block.ts';
import { isSound, LargeRecord, MAX_TOUCHED_BYTES, scanBlock, scanOpened } from './scan-block.ts';

/** Checks a block and, where it is sound, takes it over from the same reading. Throws as `runJob` does. */
export function takeOverBlock(job: TakeOverJob, maxTouchedBytes?: number): TakeOverResult {
  const { scan, heldBytes } = scanHolding(job, maxTouchedBytes);
  if (heldBytes === null || !isSound(scan)) return { kind: 'take-over', scan, rewritten: null };
  const rewritten = rewriteHeld(job.rewrite, heldBytes, { job: job.scan, result: scan });
  return { kind: 'take-over', scan, rewritten };
}

interface HoldingScan {
  readonly scan: ScanResult;
  /** How much lies where the kernel rewrites it; null where that is not all of the block. */
  readonly heldBytes: number | null;
}

/** A block with long records is scanned alone: they need the memory where it would be held. */
function scanHolding({ scan: job }: TakeOverJob, maxTouchedBytes?: number): HoldingScan {
  try {
    const block = openBlock(job.source);
    const held = new HeldBlock(block.content);
    const scan = scanOpened(job, { ...block, content: held }, MAX_TOUCHED_BYTES);
    return { scan, heldBytes: held.isHeld ? held.lengthBytes : null };
  } catch (error) {
    if (!(error instanceof LargeRecord) || maxTouchedBytes !== undefined) throw error;
    return { scan: scanBlock(job), heldBytes: null };
  }
}
