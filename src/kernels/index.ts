export { BlockScanner } from './block-scanner.ts';
export { crc32cMasked, highwayHash64, subjectDigest } from './hashes.ts';
export { adoptKernelModule, kernelModule } from './instance.ts';
export { sealRecords } from './seal.ts';
export {
  decodeS2Block,
  decodeS2Input,
  decodeS2InputPart,
  encodeS2Block,
  s2DecodedLength,
  s2EncodeWindow,
  s2InputWindow,
  s2MaxEncodedLength,
} from './s2.ts';
export type { RecordColumns } from './types.ts';
