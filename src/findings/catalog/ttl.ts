import type { CatalogEntry } from '../catalog-entry.ts';

export const TTL_SUITE = {
  THW_CORRUPT: {
    severity: 'warning',
    title: 'thw.db cannot be read',
  },
  THW_STALE: {
    severity: 'info',
    title: 'thw.db is older than the blocks',
  },
  THW_DIFFERS: {
    severity: 'warning',
    title: 'thw.db and the messages disagree',
  },
  SCHED_CORRUPT: {
    severity: 'warning',
    title: 'sched.db cannot be read',
  },
  SCHED_STALE: {
    severity: 'info',
    title: 'sched.db is older than the blocks',
  },
  SCHED_DIFFERS: {
    severity: 'warning',
    title: 'sched.db and the messages disagree',
  },
  SOURCES_CORRUPT: {
    severity: 'warning',
    title: 'sources.db cannot be read',
  },
} as const satisfies Record<string, CatalogEntry>;
