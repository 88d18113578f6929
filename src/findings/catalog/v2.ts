import type { CatalogEntry } from '../catalog-entry.ts';

export const V2_SUITE = {
  V2_CUT: {
    severity: 'critical',
    title: 'The V2 archive ends inside an entry',
  },
  V2_SENTINEL_MISSING: {
    severity: 'critical',
    title: 'The V2 archive has no end mark',
  },
  V2_TRAILING_DATA: {
    severity: 'warning',
    title: 'There is data behind the end of the V2 archive',
  },
  V2_ENTRY_CORRUPT: {
    severity: 'critical',
    title: 'A V2 entry is damaged',
  },
  V2_STATE_MISSING: {
    severity: 'critical',
    title: 'The V2 archive does not begin with state.json',
  },
  V2_STATE_CORRUPT: {
    severity: 'critical',
    title: "The V2 archive's state.json is damaged",
  },
  V2_CONSUMER_MISSING: {
    severity: 'critical',
    title: 'The V2 archive holds fewer consumers than it promises',
  },
  V2_CONSUMER_CORRUPT: {
    severity: 'critical',
    title: 'A consumer entry of the V2 archive is damaged',
  },
  V2_SEQUENCE_ORDER: {
    severity: 'critical',
    title: 'Messages of the V2 archive are out of order',
  },
  V2_MESSAGES_DIFFER: {
    severity: 'critical',
    title: 'The V2 archive holds another number of messages than its state.json says',
  },
  V2_STATE_DIFFERS: {
    severity: 'warning',
    title: "The V2 archive's state.json and its messages disagree",
  },
} as const satisfies Record<string, CatalogEntry>;
