import type { CatalogEntry } from '../catalog-entry.ts';

export const MAN_SUITE = {
  MAN_MISSING: {
    severity: 'critical',
    title: 'There is no backup.json beside the snapshot',
  },
  MAN_EMPTY: {
    severity: 'critical',
    title: 'backup.json is empty',
  },
  MAN_CORRUPT: {
    severity: 'critical',
    title: 'backup.json cannot be read',
  },
  MAN_DATA_MISSING: {
    severity: 'critical',
    title: 'The snapshot file of the backup is missing',
  },
  MAN_NAME_MISMATCH: {
    severity: 'critical',
    title: 'backup.json and the snapshot name different streams',
  },
  MAN_CONFIG_DIFFERS: {
    severity: 'info',
    title: 'backup.json and meta.inf configure the stream differently',
  },
  MAN_MEMORY_STREAM: {
    severity: 'warning',
    title: 'A backup with both files empty',
  },
  MAN_UNKNOWN_FILE: {
    severity: 'warning',
    title: 'A file that no backup has',
  },
  CFGB_CORRUPT: {
    severity: 'critical',
    title: 'A configuration backup file cannot be read',
  },
  CFGB_CHECKSUM_MISMATCH: {
    severity: 'critical',
    title: "A configuration backup file's checksum does not fit",
  },
  CFGB_DATA_OVERWRITTEN: {
    severity: 'critical',
    title: 'The data of several streams was written to one file',
  },
  CFGB_NO_DATA: {
    severity: 'info',
    title: 'A configuration backup without data',
  },
} as const satisfies Record<string, CatalogEntry>;
