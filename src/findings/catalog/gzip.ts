import type { CatalogEntry } from '../catalog-entry.ts';

export const GZIP_SUITE = {
  GZIP_CORRUPT: {
    severity: 'critical',
    title: 'The gzip data is damaged',
  },
  GZIP_CUT: {
    severity: 'critical',
    title: 'The gzip data ends too early',
  },
} as const satisfies Record<string, CatalogEntry>;
