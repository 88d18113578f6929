import type { CatalogEntry } from '../catalog-entry.ts';

export const CON_SUITE = {
  CON_META_MISSING: {
    severity: 'critical',
    title: 'A consumer without meta.inf',
  },
  CON_META_CORRUPT: {
    severity: 'critical',
    title: "A consumer's meta.inf cannot be read",
  },
  CON_SUM_MISSING: {
    severity: 'critical',
    title: 'A consumer without meta.sum',
  },
  CON_SUM_MISMATCH: {
    severity: 'warning',
    title: "A consumer's meta.sum does not fit",
  },
  CON_NAME_MISMATCH: {
    severity: 'critical',
    title: "A consumer's folder has another name than its configuration",
  },
  CON_STATE_MISSING: {
    severity: 'info',
    title: 'A consumer without o.dat',
  },
  CON_STATE_CORRUPT: {
    severity: 'critical',
    title: "A consumer's o.dat cannot be read",
  },
  CON_STATE_INCONSISTENT: {
    severity: 'critical',
    title: "A consumer's positions contradict each other",
  },
  CON_AHEAD_OF_STREAM: {
    severity: 'warning',
    title: 'A consumer is ahead of its stream',
  },
  CON_PENDING_MISSING: {
    severity: 'info',
    title: 'A consumer waits for messages that the stream does not hold',
  },
} as const satisfies Record<string, CatalogEntry>;
