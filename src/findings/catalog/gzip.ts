import type { CatalogEntry } from '../catalog-entry.ts';

export const GZIP_SUITE = {
  GZIP_CORRUPT: {
    severity: 'critical',
    title: 'The gzip data is damaged',
    meaning: 'The gzip stream cannot be unpacked further; what came before was checked.',
    consequence: 'Old servers refuse the restore.',
    advice: 'Use another copy.',
  },
  GZIP_CUT: {
    severity: 'critical',
    title: 'The gzip data ends too early',
    meaning: 'The gzip stream has no end.',
    consequence: 'Old servers refuse the restore.',
    advice: 'Use another copy; look for an interrupted transfer.',
  },
} as const satisfies Record<string, CatalogEntry>;
