export { BlockScanner } from './block-scanner.ts';
export { crc32cMasked, highwayHash64, sha256, subjectDigest, subjectHash } from './hashes.ts';
export { adoptKernelModule, kernelModule } from './instance.ts';
export { linesWritten, mostLineBytes, startLines, writeLines, type LineOptions } from './message-lines.ts';
export { rewriteRecords, rewriteWindow, surroundRewritten, type SubjectLot } from './rewrite.ts';
export {
  amendS2Block,
  decodeS2Block,
  decodeS2Input,
  decodeS2Pair,
  decodeS2Start,
  decodeS2InputPart,
  encodeS2Block,
  prepareS2Encoding,
  s2DecodedLength,
  s2EncodeWindow,
  s2InputWindow,
  s2PairFits,
  s2Turn,
} from './s2.ts';
export { sumSubjectTable } from './subject-table.ts';
export { recordsOfV2, v2EntriesWindow } from './v2-records.ts';
export { findV2Messages, takeV2Messages, v2Window } from './v2-walk.ts';
export type { MessageTotals, RecordColumns, V2Run } from './types.ts';
