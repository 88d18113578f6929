import type { CatalogEntry } from '../catalog-entry.ts';

export const TAR_SUITE = {
  TAR_HEADER_CORRUPT: {
    severity: 'critical',
    title: 'A tar header is damaged',
  },
  TAR_CUT: {
    severity: 'critical',
    title: 'The tar ends inside an entry',
  },
  TAR_END_MISSING: {
    severity: 'critical',
    title: 'The tar has no end mark',
  },
  TAR_TRAILING_DATA: {
    severity: 'warning',
    title: 'There is data behind the end of the tar',
  },
  TAR_PATH_UNSAFE: {
    severity: 'critical',
    title: "A tar entry's name leads outside the archive",
  },
  TAR_ENTRY_TYPE: {
    severity: 'critical',
    title: 'A tar entry is not a regular file',
  },
  TAR_ENTRY_DUPLICATE: {
    severity: 'critical',
    title: 'Two tar entries have the same name',
  },
  TAR_ENTRY_OVERSIZED: {
    severity: 'critical',
    title: 'A tar entry claims more bytes than there are',
  },
  TAR_ENTRY_UNKNOWN: {
    severity: 'warning',
    title: 'A tar entry has a name that no server writes',
  },
  SNAP_ABORTED: {
    severity: 'critical',
    title: 'The server gave up while it made this snapshot',
  },
  SNAP_UNRECOGNIZED: {
    severity: 'critical',
    title: "A backup's data is no snapshot",
  },
} as const satisfies Record<string, CatalogEntry>;
