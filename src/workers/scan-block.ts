import { packRanges, type PackedRanges } from '../core/packed-ranges.ts';
import { BlockScanner, type RecordColumns } from '../kernels/index.ts';
import { packFaults } from '../kernels/packed-faults.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { BlockCut, BlockScan, PackedScan } from '../kernels/types.ts';
import type { ScanJob, ScanResult } from './jobs/scan.ts';
import { openBlock, type OpenBlock } from './open-block.ts';
import { lends, scanLent } from './scan-lent.ts';
import { Twin } from './twin.ts';

/** A thread keeps what it has once touched; records of up to 32 MiB are left to the one main thread. */
export const MAX_TOUCHED_BYTES: number = 6 * 1024 * 1024;

/** A record that this thread was told not to make room for: another has to do the job. */
export class LargeRecord extends Error {}

/** What is wanted of a scan. */
export interface ScanSourceOptions {
  readonly key: Uint8Array;
  readonly headerSeqs?: boolean;
  readonly live?: PackedRanges | undefined;
  readonly salvage?: boolean;
  readonly withoutRanges?: boolean;
  /** Throw LargeRecord instead of touching more memory than this. */
  readonly maxTouchedBytes?: number | undefined;
  readonly onRecords?: (columns: RecordColumns, window: Uint8Array) => void;
  /** Called with each piece of the block before it is scanned, which changes it. */
  readonly onBytes?: (bytes: Uint8Array, offsetBytes: number) => void;
  /** Called behind each piece with how far records were walked. */
  readonly onReached?: (reached: BlockCut) => void;
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
  const onWindow = (): void => {
    if (scanner.touchedBytes > (options.maxTouchedBytes ?? Infinity)) throw new LargeRecord();
  };
  try {
    // Bytes that are shown to somebody are shown once.
    if (options.onBytes === undefined && options.onRecords === undefined && lends(content))
      return scanLent(content, scanner, { onWindow, onPiece: () => options.onReached?.(scanner.reached) });
    for (let offsetBytes = 0; ;) {
      const window = scanner.window();
      onWindow();
      const lengthBytes = content.read(window, offsetBytes);
      if (lengthBytes === 0) return scanner.finish();
      options.onBytes?.(window.subarray(0, lengthBytes), offsetBytes);
      offsetBytes += lengthBytes;
      scanner.push(lengthBytes);
      options.onReached?.(scanner.reached);
    }
  } finally {
    scanner.close();
  }
}

/** A piece of a block is not smaller, but for the last one. */
const LEAST_PIECE_BYTES = 1400 * 1024;

/** What is kept of a scan. */
export function packScan(scan: BlockScan): PackedScan {
  return { ...scan, ranges: packRanges(scan.ranges), faults: packFaults(scan.faults) };
}

/**
 * Checks every record of a block, and compares its other copies with it. A salvage decodes a compressed block twice only where it
 * is damaged.
 */
export function scanBlock(job: ScanJob, maxTouchedBytes?: number): ScanResult {
  const result = scanOpened(job, openBlock(job.source), maxTouchedBytes);
  if (job.salvage !== true || !isDamaged(result)) return result;
  const again = openBlock(job.source, true);
  if (again.compression === 's2') return withFaults(scanOpened(job, again, maxTouchedBytes), result);
  again.close();
  return result;
}

/** A chunk that a salvage reads as what it was is damaged all the same: who reads the block must go past it again. */
function withFaults(salvaged: ScanResult, { blockFaults }: ScanResult): ScanResult {
  return salvaged.blockFaults.length > 0 ? salvaged : { ...salvaged, blockFaults };
}

/** Whether nothing is wrong with a block, nor with what carries it. */
export function isSound({ scan, blockFaults, carrierFaults }: ScanResult): boolean {
  return scan.faults.length + blockFaults.length + carrierFaults.length === 0;
}

function isDamaged({ scan, blockFaults }: ScanResult): boolean {
  return blockFaults.length > 0 || scan.faults.length > 0 || scan.records === 0;
}

/** The same of a block that is open, whatever the job says of where it lies; closes it. */
export function scanOpened(
  job: Omit<ScanJob, 'kind' | 'source'>,
  block: OpenBlock,
  maxTouchedBytes: number | undefined,
): ScanResult {
  const twins: Twin[] = [];
  try {
    const cuts: BlockCut[] = [];
    const cutAt = (reached: BlockCut): void => {
      if (reached.offsetBytes - (cuts.at(-1)?.offsetBytes ?? 0) >= LEAST_PIECE_BYTES) cuts.push(reached);
    };
    const showBytes = (bytes: Uint8Array, offsetBytes: number): void => {
      for (const twin of twins) twin.compare(bytes, offsetBytes);
    };
    for (const source of job.twins ?? []) twins.push(new Twin(source, block.content.sizeBytes));
    const scan = scanSource(block.content, {
      key: job.key,
      headerSeqs: job.headerSeqs,
      live: job.live,
      salvage: job.salvage ?? false,
      maxTouchedBytes,
      ...(twins.length === 0 ? {} : { onBytes: showBytes }),
      ...(job.wantsCuts === true ? { onReached: cutAt } : {}),
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
      cuts: scan.faults.length === 0 ? cuts : [],
    };
  } finally {
    for (const twin of twins) twin.close();
    block.close();
  }
}
