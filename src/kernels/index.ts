export { BlockScanner, type BlockScannerOptions } from './block-scanner.ts';
export { adoptKernelModule, kernelModule } from './instance.ts';
export { decodeS2Input, s2DecodedLength, s2InputWindow } from './s2.ts';
export { crc32cMasked, highwayHash64, subjectDigest } from './sums.ts';
export type { BlockScan, RecordColumns, ScanFault } from './types.ts';
