import { packRanges, unpackRanges } from '../core/packed-ranges.ts';
import { BlockScanner, type RecordColumns } from '../kernels/index.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { BlockScan, PackedScan } from '../kernels/types.ts';
import type { ScanJob, ScanResult } from './jobs.ts';
import { openBlock } from './open-block.ts';
import { Twin } from './twin.ts';

/** A thread keeps what it has once touched; records of up to 32 MiB are left to the one main thread. */
export const MAX_TOUCHED_BYTES: number = 6 * 1024 * 1024;

/** A record that this thread was told not to make room for: another has to do the job. */
export class LargeRecord extends Error {}

/** What is wanted of a scan. */
export interface ScanSourceOptions {
  readonly key: Uint8Array;
  readonly headerSeqs?: boolean;
  readonly live?: BigUint64Array | undefined;
  readonly salvage?: boolean;
  readonly withoutRanges?: boolean;
  /** Throw LargeRecord instead of touching more memory than this. */
  readonly maxTouchedBytes?: number | undefined;
  readonly onRecords?: (columns: RecordColumns, window: Uint8Array) => void;
  /** Called with each piece of the block before it is scanned, which changes it. */
  readonly onBytes?: (bytes: Uint8Array, offsetBytes: number) => void;
}

/** Feeds a block's decoded bytes to the kernel, one window a call. */
export function scanSource(content: ByteSource, options: ScanSourceOptions): BlockScan {
  const scanner = new BlockScanner({
    key: options.key,
    ttl: options.headerSeqs ?? false,
    schedules: options.headerSeqs ?? false,
    live: options.live,
    salvage: options.salvage ?? false,
    withoutRanges: options.withoutRanges,
    ...(options.onRecords === undefined ? {} : { onRecords: options.onRecords }),
  });
  try {
    for (let offsetBytes = 0; ;) {
      const window = scanner.window();
      if (scanner.touchedBytes > (options.maxTouchedBytes ?? Infinity)) throw new LargeRecord();
      const lengthBytes = content.read(window, offsetBytes);
      if (lengthBytes === 0) return scanner.finish();
      options.onBytes?.(window.subarray(0, lengthBytes), offsetBytes);
      offsetBytes += lengthBytes;
      scanner.push(lengthBytes);
    }
  } finally {
    scanner.close();
  }
}

/** What is kept of a scan. */
export function packScan(scan: BlockScan): PackedScan {
  return { ...scan, ranges: packRanges(scan.ranges) };
}

/** Checks every record of a block, and compares its other copies with it; `onBytes` is given the block, piece by piece. */
export function scanBlock(
  job: ScanJob,
  maxTouchedBytes?: number,
  onBytes?: ScanSourceOptions['onBytes'],
): ScanResult {
  const block = openBlock(job.source, job.salvage ?? false);
  const twins: Twin[] = [];
  try {
    for (const source of job.twins ?? []) twins.push(new Twin(source, block.content.sizeBytes));
    const scan = scanSource(block.content, {
      key: job.key,
      headerSeqs: job.headerSeqs,
      live: job.live === undefined ? undefined : unpackRanges(job.live),
      salvage: job.salvage ?? false,
      maxTouchedBytes,
      onBytes: (bytes, offsetBytes) => {
        for (const twin of twins) twin.compare(bytes, offsetBytes);
        onBytes?.(bytes, offsetBytes);
      },
    });
    return {
      kind: 'scan',
      compression: block.compression,
      scan: packScan(scan),
      presumed: job.live ?? null,
      blockFaults: block.blockFaults(),
      carrierFaults: block.carrierFaults(),
      carrierChecked: block.carrierChecked(),
      twins: twins.map((twin) => twin.result()),
    };
  } finally {
    for (const twin of twins) twin.close();
    block.close();
  }
}
