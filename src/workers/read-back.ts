import type { SourceDescriptor } from '../source/byte-source.ts';
import type { ScanJob, ScanResult } from './jobs/scan.ts';
import { memoryBlock, openBlock, type OpenBlock } from './open-block.ts';
import { LargeRecord, MAX_TOUCHED_BYTES, scanOpened } from './scan-block.ts';
import { Twin } from './twin.ts';

/** Compared at a time: what was read lies in the cache still. */
const COMPARED_BYTES = 256 * 1024;

/** What is known of the block that is rewritten, and how that was asked for. */
export interface Scanned {
  readonly job: ScanJob;
  readonly result: ScanResult;
}

/**
 * Reads a block again from the file that it was written to and checks it; `scanned`: the bytes that were written, before. null where
 * whoever checks the whole has to: this thread may not read it.
 */
export function readBackOf(readBack: ScanJob, bytes: Uint8Array, scanned: Scanned | null): ScanResult | null {
  if (scanned?.job.headerSeqs === readBack.headerSeqs && isThere(readBack.source, bytes))
    return asPlainFile(scanned.result);
  return scanIfShort(readBack, openBlock(readBack.source));
}

/** The same of a block that lies in kernel memory still, `bytes`, and of which it is proven that what holds it can be made these bytes. */
export function checkHeld(
  check: Pick<ScanJob, 'key' | 'headerSeqs'>,
  bytes: Uint8Array,
  scanned: Scanned | null,
): ScanResult | null {
  if (scanned?.job.headerSeqs === check.headerSeqs) return asPlainFile(scanned.result);
  return scanIfShort(check, memoryBlock(bytes));
}

function scanIfShort(check: Pick<ScanJob, 'key' | 'headerSeqs'>, block: OpenBlock): ScanResult | null {
  try {
    return scanOpened(check, block, MAX_TOUCHED_BYTES);
  } catch (error) {
    if (error instanceof LargeRecord) return null;
    throw error;
  }
}

/** Whether a file, read again, holds these bytes. */
export function isThere(source: SourceDescriptor, bytes: Uint8Array): boolean {
  const file = new Twin(source, bytes.length);
  try {
    for (let at = 0; at < bytes.length; at += COMPARED_BYTES)
      file.compare(bytes.subarray(at, at + COMPARED_BYTES), at);
    return file.result().isEqual;
  } finally {
    file.close();
  }
}

/** What a scan found, without what it was packed in. */
function asPlainFile({ scan }: ScanResult): ScanResult {
  return {
    kind: 'scan',
    compression: 'none',
    scan: { ...scan, live: null },
    presumed: null,
    blockFaults: [],
    carrierFaults: [],
    carrierChecked: [],
    twins: [],
    cuts: [],
  };
}
