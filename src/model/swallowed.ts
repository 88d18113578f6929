import { LEAST_RECORD_BYTES } from '../format/block/record.ts';
import type { ScanFault } from '../kernels/scan-fault.ts';

/**
 * The first sequence that damage in front of all good records may have swallowed, where nothing tells which sequence comes
 * before it: the one that the damaged record claims, but no more of them than there is room for; else the last one.
 */
export function firstSwallowed({ seq: claimed, seqAfter, lengthBytes }: ScanFault): bigint {
  if (claimed === null || claimed <= 0n || claimed >= seqAfter) return seqAfter - 1n;
  const most = BigInt(Math.max(1, Math.floor(lengthBytes / LEAST_RECORD_BYTES)));
  return seqAfter - claimed > most ? seqAfter - most : claimed;
}
