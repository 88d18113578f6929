import type { CatalogEntry } from '../catalog-entry.ts';

export const SRC_SUITE = {
  SRC_UNRECOGNIZED: {
    severity: 'warning',
    unknown: true,
    marks: ['loss'],
    title: 'Not a form of JetStream data that is known',
    meaning:
      'The first bytes and the names inside fit no form of backup or store: not S2, gzip or tar, no backup.json, no stream folder.',
    consequence: 'A restore of it fails.',
    advice:
      'Check that the path is right, and that the file was not encrypted or wrapped by the backup system. A backup or a store that was packed once more is no damage: the data tells what it is, unpack it first. What is left of a snapshot whose beginning was overwritten `natsarc repair FILE --out repaired` finds.',
  },
  SRC_UNREADABLE: {
    severity: 'warning',
    unknown: true,
    marks: ['loss'],
    title: 'A file or folder could not be read',
    meaning: 'The operating system refused to open or list it; the reason is in the data.',
    consequence: 'A server running as another user may read it; nothing is known of what it holds.',
    advice: 'Run as the user the server runs as, or copy the data with its permissions.',
  },
  SRC_EMPTY: {
    severity: 'critical',
    marks: ['loss'],
    title: 'The archive file is empty',
    meaning:
      'The file has 0 bytes. The nats CLI leaves such a file when a backup is interrupted before the first data.',
    consequence: 'Nothing can be restored from it.',
    advice: 'Use an earlier backup, and find out why this one was interrupted.',
  },
  ENC_KEY_REQUIRED: {
    severity: 'warning',
    unknown: true,
    title: 'The stream is encrypted and cannot be opened yet',
    meaning:
      "A meta.key lies in the stream's folder: the server that wrote it had an encryption key, and every file of the stream is encrypted.",
    consequence:
      'A server with the same key, and the same account and stream name, opens it; any other skips the stream with a warning.',
    advice: 'Reading encrypted stores is not supported yet. A backup made by the running server is in clear.',
  },
} as const satisfies Record<string, CatalogEntry>;
