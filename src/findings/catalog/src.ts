import type { CatalogEntry } from '../catalog-entry.ts';

export const SRC_SUITE = {
  SRC_UNRECOGNIZED: {
    severity: 'warning',
    unknown: true,
    title: 'Not a form of JetStream data that is known',
  },
  SRC_UNREADABLE: {
    severity: 'warning',
    unknown: true,
    title: 'A file or folder could not be read',
  },
  SRC_EMPTY: {
    severity: 'critical',
    title: 'The archive file is empty',
  },
  SRC_CHANGED_WHILE_READ: {
    severity: 'warning',
    title: 'A file changed while it was read',
  },
  ENC_KEY_REQUIRED: {
    severity: 'warning',
    unknown: true,
    title: 'The stream is encrypted and no key was given',
  },
  ENC_SNAPSHOT_BLOCK: {
    severity: 'critical',
    title: 'A block in a snapshot is still encrypted',
  },
} as const satisfies Record<string, CatalogEntry>;
