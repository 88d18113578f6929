import type { CatalogEntry } from '../catalog-entry.ts';

export const TAR_SUITE = {
  TAR_HEADER_CORRUPT: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'ends-restore', 'ends-reading'],
    title: 'A tar header is damaged',
    meaning:
      "A header's checksum does not fit. The walk goes on at the next header that fits; the file that this one announced is not known.",
    consequence: 'The server refuses the restore.',
    advice: 'Use another copy.',
  },
  TAR_CUT: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'cut', 'ends-restore', 'ends-reading'],
    title: 'The tar ends inside an entry',
    meaning: 'The tar ends inside a header or a file.',
    consequence: 'The server refuses the restore.',
    advice: 'Use another copy.',
  },
  TAR_END_MISSING: {
    severity: 'critical',
    marks: ['carrier', 'loss'],
    title: 'The tar has no end mark',
    meaning:
      'The blocks of zeros that end every tar are missing: a snapshot that lost its end at the border of a file looks like this. A flipped bit can turn an end into a header, too.',
    consequence:
      'The server takes it as complete: the restore exits 0 without the blocks and consumers that followed.',
    advice: 'Compare with what backup.json declares, and use another copy.',
  },
  TAR_TRAILING_DATA: {
    severity: 'warning',
    marks: ['carrier', 'loss', 'ends-reading'],
    title: 'There is data behind the end of the tar',
    meaning: 'Behind the end of the tar there are bytes other than zeros.',
    consequence: 'The server ignores them.',
    advice: 'Find out what wrote them: something may have been joined to the file.',
  },
  TAR_PATH_UNSAFE: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'ends-restore'],
    title: "A tar entry's name leads outside the archive",
    meaning:
      'The name is absolute or climbs out of the archive with `..`. No server writes such names. The entry is not read.',
    consequence: 'The server refuses the restore or puts the file inside its staging folder.',
    advice: 'Do not unpack this archive with other tools: it was made to harm or by a faulty program.',
  },
  TAR_ENTRY_TYPE: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'ends-restore'],
    title: 'A tar entry is not a regular file',
    meaning: 'A link, folder or device. Servers write regular files only. The entry is not read.',
    consequence: 'The server refuses the restore: unexpected content.',
    advice: 'Find out what made the archive.',
  },
  TAR_ENTRY_DUPLICATE: {
    severity: 'critical',
    marks: ['carrier', 'loss'],
    title: 'Two tar entries have the same name',
    meaning: 'The same name occurs twice; the first one was read.',
    consequence: 'The later one replaces the first while the server unpacks.',
    advice: 'Find out what made the archive.',
  },
  TAR_ENTRY_OVERSIZED: {
    severity: 'critical',
    marks: ['carrier', 'loss', 'ends-restore'],
    title: 'A tar entry claims more bytes than there are',
    meaning: 'The header claims more bytes than any archive has. Nothing was allocated for it.',
    consequence: 'The server refuses the restore.',
    advice: 'The header is damaged or made to harm: use another copy.',
  },
  TAR_ENTRY_UNKNOWN: {
    severity: 'warning',
    marks: ['carrier', 'loss'],
    title: 'A tar entry has a name that no server writes',
    meaning: 'The name is none of those that servers write into a snapshot. It was not looked into.',
    consequence: "The server unpacks it into the stream's folder and leaves it there.",
    advice: 'Find out what put it there.',
  },
  SNAP_ABORTED: {
    severity: 'critical',
    title: 'The server gave up while it made this snapshot',
    meaning:
      'The last entry is errors.txt: the server met an error while it made the snapshot, ended the tar properly and told nobody.',
    consequence: 'The restore exits 0 with what came before the error, which may be nothing.',
    advice: 'The store it was taken from is damaged: verify that, and use an earlier backup.',
  },
  SNAP_NOT_S2: {
    severity: 'critical',
    marks: ['unserved'],
    title: 'The snapshot of a backup is not packed as servers take it',
    meaning:
      'The data file beside backup.json is a tar, plain or in gzip, as tools make it that unpack and pack; servers write, and take, S2. What is in it was checked.',
    consequence: 'The server refuses the restore: it is no S2.',
    advice: 'Make the backup again with `natsarc pack`.',
  },
  SNAP_UNRECOGNIZED: {
    severity: 'critical',
    marks: ['ends-reading'],
    title: "A backup's data is no snapshot",
    meaning: 'The data file beside backup.json is neither S2, gzip nor tar.',
    consequence: 'The server refuses the restore.',
    advice: 'Use another copy.',
  },
} as const satisfies Record<string, CatalogEntry>;
