import type { CatalogEntry } from '../catalog-entry.ts';

export const IDX_SUITE = {
  IDX_MISSING: {
    severity: 'info',
    title: 'There is no index.db',
  },
  IDX_CUT: {
    severity: 'warning',
    title: 'index.db is too short',
  },
  IDX_CHECKSUM_MISMATCH: {
    severity: 'warning',
    title: "index.db's checksum does not fit",
  },
  IDX_CORRUPT: {
    severity: 'warning',
    title: 'index.db contradicts itself',
  },
  IDX_VERSION_UNSUPPORTED: {
    severity: 'warning',
    title: 'index.db is of a version that is not known',
  },
  IDX_STALE: {
    severity: 'info',
    title: 'index.db is older than the blocks',
  },
  IDX_AHEAD: {
    severity: 'critical',
    title: 'index.db knows messages that the blocks do not hold',
  },
  IDX_BLOCK_DIFFERS: {
    severity: 'critical',
    title: 'index.db and a block disagree',
  },
  IDX_SUBJECTS_DIFFER: {
    severity: 'critical',
    title: 'index.db and the blocks disagree about subjects',
  },
  IDX_HEADER_COUNT_DIFFERS: {
    severity: 'warning',
    title: 'index.db counts other TTL or schedule headers than the blocks hold',
  },
  BIX_CORRUPT: {
    severity: 'warning',
    title: "A block's .idx file cannot be read",
  },
  BIX_STALE: {
    severity: 'info',
    title: "A block's .idx file is older than the block",
  },
  BIX_MISSING: {
    severity: 'info',
    title: 'A block without its .idx file',
  },
  BIX_DIFFERS: {
    severity: 'critical',
    title: 'A block and its .idx file disagree',
  },
  FSS_CORRUPT: {
    severity: 'info',
    title: "A block's .fss file cannot be read",
  },
} as const satisfies Record<string, CatalogEntry>;
