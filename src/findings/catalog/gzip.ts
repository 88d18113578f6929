import type { CatalogEntry } from '../catalog-entry.ts';

export const GZIP_SUITE = {
  GZIP_CORRUPT: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'ends-reading'],
    title: 'The gzip data is damaged',
    meaning: 'The gzip stream cannot be unpacked further; what came before was checked.',
    consequence: 'Old servers refuse the restore.',
    advice: 'Use another copy.',
  },
  GZIP_CUT: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'cut', 'ends-reading'],
    title: 'The gzip data ends too early',
    meaning: 'The gzip stream has no end.',
    consequence: 'Old servers refuse the restore.',
    advice: 'Use another copy; look for an interrupted transfer.',
  },
  GZIP_TRAILING_DATA: {
    severity: 'warning',
    marks: ['carrier', 'loss'],
    title: 'There is data behind the end of the gzip',
    meaning:
      'The gzip is whole, its checksum fits, and bytes follow that are no gzip. They were not read: gzip leaves them out with a warning, too.',
    consequence:
      'Old servers stop reading at the end of the tar and do not see them; tar unpacks everything and exits 2.',
    advice: 'Find out what appended them.',
  },
} as const satisfies Record<string, CatalogEntry>;
