import type { CatalogEntry } from '../catalog-entry.ts';

export const S2_SUITE = {
  S2_IDENTIFIER_MISSING: {
    severity: 'critical',
    title: 'The S2 stream does not begin with its identifier',
  },
  S2_CRC_MISMATCH: {
    severity: 'critical',
    title: "An S2 chunk's checksum does not fit its content",
  },
  S2_CHUNK_CORRUPT: {
    severity: 'critical',
    title: 'An S2 chunk cannot be decoded',
  },
  S2_CHUNK_OVERSIZED: {
    severity: 'critical',
    title: 'An S2 chunk claims more than any writer makes',
  },
  S2_CHUNK_UNKNOWN: {
    severity: 'critical',
    title: 'An S2 chunk of a reserved type',
  },
  S2_CUT: {
    severity: 'critical',
    title: 'The S2 stream ends inside a chunk',
  },
} as const satisfies Record<string, CatalogEntry>;
