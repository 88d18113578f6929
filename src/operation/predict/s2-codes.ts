import type { FindingCode } from '../../findings/catalog/index.ts';

/** Damage of the S2 stream around a backup: no server goes past it. */
export const S2_CODES: readonly FindingCode[] = [
  'S2_CRC_MISMATCH',
  'S2_CHUNK_CORRUPT',
  'S2_CHUNK_OVERSIZED',
  'S2_CHUNK_UNKNOWN',
  'S2_CUT',
];
