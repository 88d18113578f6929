/** Fixed places in the kernels' memory; the same numbers as `assembly/layout.ts` and `assembly/block-scan.ts`. */
export const LAYOUT = {
  state: 0x10000,
  events: 0x40000,
  maxEvents: 16384,
  records: 0x100000,
  maxRecords: 20480,
  s2Input: 0x400000,
  s2InputBytes: 16 * 1024 * 1024,
  s2Output: 0x1500000,
  s2OutputBytes: 4 * 1024 * 1024,
  window: 0x2000000,
  windowBytes: 33 * 1024 * 1024,
} as const;

/** Why a scan call returned. */
export const SCAN_STATUS = { needMore: 0, full: 1, badChecksum: 2, badLength: 3, cut: 4, done: 5 } as const;

/** What an event row tells. */
export const EVENT = { run: 1, erased: 2, tombstone: 3, ttl: 4, schedule: 5, structure: 6, order: 7 } as const;
