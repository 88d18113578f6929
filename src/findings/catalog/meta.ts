import type { CatalogEntry } from '../catalog-entry.ts';

export const META_SUITE = {
  META_MISSING: {
    severity: 'critical',
    title: 'A stream without meta.inf',
  },
  META_CORRUPT: {
    severity: 'critical',
    title: 'meta.inf cannot be read',
  },
  META_SUM_MISSING: {
    severity: 'critical',
    title: 'A stream without meta.sum',
  },
  META_SUM_MISMATCH: {
    severity: 'critical',
    title: 'meta.sum does not fit meta.inf',
  },
  META_FOLDER_RENAMED: {
    severity: 'critical',
    title: "The stream's folder was renamed",
  },
  CFG_SCHEMA_VIOLATION: {
    severity: 'critical',
    title: 'A configuration value that no server accepts',
  },
  CFG_UNKNOWN_FIELD: {
    severity: 'warning',
    title: 'A configuration field that is not known',
  },
} as const satisfies Record<string, CatalogEntry>;
