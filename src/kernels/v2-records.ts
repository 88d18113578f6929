import { kernels, wholeKernels } from './instance.ts';

/** Where to put the `lengthBytes` of messages of a V2 archive for `recordsOfV2`; no scan may be under way in the thread. */
export function v2EntriesWindow(lengthBytes: number): Uint8Array {
  const { exports, buffer } = wholeKernels();
  if (lengthBytes > exports.REWRITE_LIVE.value - exports.SCAN.value)
    throw new RangeError('at most 32 MiB of messages are made a block');
  return new Uint8Array(buffer, exports.SCAN.value, lengthBytes);
}

/**
 * Makes records, without their checksums, of the messages in the first `lengthBytes` of the window, where `rewriteRecords` expects
 * a block; gives how many bytes they have. null where something else is among the messages, or records would be too long.
 */
export function recordsOfV2(lengthBytes: number): number | null {
  const recordsBytes = kernels().exports.v2Records(lengthBytes);
  return recordsBytes < 0 ? null : recordsBytes;
}
