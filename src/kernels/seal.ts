import { wholeKernels } from './instance.ts';

/**
 * Gives message records their checksums under a 32-byte block key, in place. `records` are whole records of sound lengths, one behind
 * the other, at most as many bytes as the scan has room for; no scan may be under way in the thread.
 */
export function sealRecords(key: Uint8Array, records: Uint8Array): void {
  const { exports, bytes: memory } = wholeKernels();
  if (key.length !== 32) throw new RangeError(`a block key has 32 bytes, this one ${key.length}`);
  const scan: number = exports.SCAN.value;
  if (records.length > exports.SCAN_END.value - scan) throw new RangeError('too many records at once');
  memory.set(key, exports.HASH_KEY.value);
  memory.set(records, scan);
  exports.sealRecords(records.length);
  records.set(memory.subarray(scan, scan + records.length));
}
