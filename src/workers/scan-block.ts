import { BlockScanner, type RecordColumns } from '../kernels/index.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { BlockScan } from '../kernels/types.ts';
import type { ScanJob, ScanResult } from './jobs.ts';
import { openBlock } from './open-block.ts';

/** A record that this thread was told not to make room for: another has to do the job. */
export class LargeRecord extends Error {}

export interface ScanSourceOptions {
  readonly key: Uint8Array;
  readonly headerSeqs?: boolean;
  readonly live?: BigUint64Array | undefined;
  /** Throw LargeRecord instead of touching more memory than this. */
  readonly maxTouchedBytes?: number | undefined;
  readonly onRecords?: (columns: RecordColumns, window: Uint8Array) => void;
}

/** Feeds a block's decoded bytes to the kernel, one window a call. */
export function scanSource(content: ByteSource, options: ScanSourceOptions): BlockScan {
  const scanner = new BlockScanner({
    key: options.key,
    ttl: options.headerSeqs ?? false,
    schedules: options.headerSeqs ?? false,
    live: options.live,
    ...(options.onRecords === undefined ? {} : { onRecords: options.onRecords }),
  });
  try {
    for (let offsetBytes = 0; ;) {
      const window = scanner.window();
      if (scanner.touchedBytes > (options.maxTouchedBytes ?? Infinity)) throw new LargeRecord();
      const lengthBytes = content.read(window, offsetBytes);
      if (lengthBytes === 0) return scanner.finish();
      offsetBytes += lengthBytes;
      scanner.push(lengthBytes);
    }
  } finally {
    scanner.close();
  }
}

/** Checks every record of a block. */
export function scanBlock(job: ScanJob, maxTouchedBytes?: number): ScanResult {
  const block = openBlock(job.source);
  try {
    const scan = scanSource(block.content, {
      key: job.key,
      headerSeqs: job.headerSeqs,
      live: job.live,
      maxTouchedBytes,
    });
    return {
      kind: 'scan',
      compression: block.compression,
      scan,
      blockFaults: block.blockFaults(),
      carrierFaults: block.carrierFaults(),
      carrierChecked: block.carrierChecked(),
    };
  } finally {
    block.close();
  }
}
