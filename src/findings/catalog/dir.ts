import type { CatalogEntry } from '../catalog-entry.ts';

export const DIR_SUITE = {
  DIR_LEFTOVER: {
    severity: 'warning',
    title: 'A leftover temporary file',
  },
  DIR_UNKNOWN_FILE: {
    severity: 'warning',
    title: 'A file that no server writes',
  },
  DIR_LINK: {
    severity: 'warning',
    title: 'A link or special file',
  },
  DIR_PURGE_UNFINISHED: {
    severity: 'warning',
    title: 'A purge was cut short',
  },
  DIR_STREAM_DELETED: {
    severity: 'warning',
    title: 'A stream that was being deleted',
  },
  DIR_SNAPSHOT_STAGING: {
    severity: 'warning',
    title: 'A leftover of a restore',
  },
  DIR_BATCH_PENDING: {
    severity: 'info',
    title: 'An atomic batch that was not committed',
  },
  DIR_RAFT_NOT_CHECKED: {
    severity: 'info',
    title: 'Raft groups of a cluster',
  },
  DIR_NO_STREAMS: {
    severity: 'warning',
    title: 'A store without streams',
  },
} as const satisfies Record<string, CatalogEntry>;
