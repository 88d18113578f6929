import type { CatalogEntry } from '../catalog-entry.ts';

export const META_SUITE = {
  META_MISSING: {
    severity: 'critical',
    marks: ['meta', 'stream-config'],
    title: 'A stream without meta.inf',
    meaning: "A stream's folder or snapshot has no meta.inf.",
    consequence: 'The server ignores the folder, or refuses the restore.',
    advice: 'Put back meta.inf and meta.sum from a backup.',
  },
  META_CORRUPT: {
    severity: 'critical',
    marks: ['meta', 'stream-config'],
    title: 'meta.inf cannot be read',
    meaning: 'meta.inf is no JSON object with a name.',
    consequence: 'The server skips the stream with a warning.',
    advice: 'Put back meta.inf and meta.sum from a backup.',
  },
  META_SUM_MISSING: {
    severity: 'critical',
    marks: ['meta', 'proof'],
    title: 'A stream without meta.sum',
    meaning: 'meta.sum is not there.',
    consequence: 'A restore succeeds; at the next start the stream is skipped: it vanishes.',
    advice: 'Put back meta.sum from a backup.',
  },
  META_SUM_MISMATCH: {
    severity: 'critical',
    marks: ['meta', 'stream-config'],
    title: 'meta.sum does not fit meta.inf',
    meaning:
      'meta.inf or meta.sum was changed: the keyed sum does not fit. A change of either looks the same.',
    consequence: 'A restore succeeds; at the next start the stream is skipped: it vanishes.',
    advice: 'Put back both files from a backup.',
  },
  META_FOLDER_RENAMED: {
    severity: 'critical',
    marks: ['meta', 'folder-name'],
    title: "The stream's folder was renamed",
    meaning:
      'The folder has another name than the configuration in it: it was renamed or copied by hand. The sums inside are keyed with the old name.',
    consequence: 'The server skips the stream, or starts an empty one beside it.',
    advice: 'Rename the folder back.',
  },
  CFG_SCHEMA_VIOLATION: {
    severity: 'critical',
    title: 'A configuration value that no server accepts',
    meaning: 'A field has a value or type that no server version takes.',
    consequence:
      'The server cannot read the configuration and skips the stream; of backup.json, nats stream restore cannot.',
    advice: 'Correct it from a backup.',
  },
  CFG_FIELD_OFFLINE: {
    severity: 'critical',
    marks: ['unserved'],
    title: 'A configuration field that is not known takes the stream offline',
    meaning:
      "No version from 2.2 to 2.15 has this field in a stream's or consumer's meta.inf: it was written by something newer, edited, or a bit of its name flipped (the sum in meta.sum does not fit then).",
    consequence:
      'Servers from 2.11.9 on do not serve the stream, for a field of one consumer either; 2.9 and 2.10 ignore the field, and take the consumer or stream without the setting.',
    advice:
      'Use a server that knows the field; where it is a damaged name, `natsarc repair` sets it right, or leaves it out and says so. A backup of it is restored without the field.',
  },
  CFG_UNKNOWN_FIELD: {
    severity: 'warning',
    title: 'A configuration field that is not known',
    meaning:
      'No version from 2.2 to 2.15 has this field of a backup: the file was written by something newer, or edited. In a store it is CFG_FIELD_OFFLINE.',
    consequence:
      'A restore leaves it out: of backup.json the nats CLI does, of meta.inf in the snapshot the server.',
    advice:
      'Use a server that knows the field; where it is a damaged name, give the configuration by hand (--config).',
  },
} as const satisfies Record<string, CatalogEntry>;
