import type { CatalogEntry } from '../catalog-entry.ts';

export const DECL_SUITE = {
  DECL_MESSAGES_FEWER: {
    severity: 'critical',
    marks: ['loss'],
    title: 'Fewer messages than declared',
    meaning:
      'backup.json holds the state at the start of the snapshot; the archive has fewer messages up to that sequence, and nothing in the configuration explains it. Where an index that is current, or a V2 archive that is whole, tells of no more, nothing proves a loss: backup.json has no checksum. Then the messages count as doubtful.',
    consequence:
      'A restore that nothing else ends exits 0 with the messages that are there; where the snapshot is cut or damaged the server refuses it.',
    advice:
      'Messages are lost, or backup.json is wrong. See the other findings for where, and look for another copy.',
  },
  DECL_MESSAGES_FEWER_EXPLAINED: {
    severity: 'warning',
    title: 'Fewer messages than declared, as limits or acknowledgements may explain',
    meaning:
      'The archive has fewer messages than declared, its own index agrees with what is there, and limits, TTLs or acknowledgements may have removed them while the snapshot was made.',
    consequence: 'The server restores what is there.',
    advice: 'Nothing, if the stream was in use while the backup ran.',
  },
  DECL_MESSAGES_MORE: {
    severity: 'info',
    title: 'More messages than declared, behind the declared end',
    meaning:
      'Messages were stored while the snapshot was made: their sequences lie behind the declared last.',
    consequence: 'They are restored too.',
    advice: 'Nothing.',
  },
  DECL_MESSAGES_UNEXPECTED: {
    severity: 'warning',
    title: 'More messages than declared, inside the declared range',
    meaning:
      'More messages than declared, within the declared range: deleted ones came back, or backup.json belongs to another snapshot.',
    consequence: 'The server restores what is in the data.',
    advice: 'Compare backup.json with its neighbours in time.',
  },
  DECL_BYTES_DIFFER: {
    severity: 'warning',
    title: 'The same messages, but another number of bytes than declared',
    meaning: 'As many messages as declared, but their records have another length.',
    consequence: 'The server counts for itself.',
    advice: 'backup.json may belong to another snapshot, or records were exchanged.',
  },
  DECL_CONSUMERS_FEWER: {
    severity: 'info',
    title: 'Fewer consumers than declared',
    meaning:
      'Consumers kept in memory are declared and not in V1 backups; a backup without consumers has none; one may also have been lost. The archive does not tell which.',
    consequence: 'The consumers that are not there have to be created again.',
    advice: 'Compare the list with the one you expect.',
  },
  DECL_LOST_BEFORE: {
    severity: 'info',
    title: 'Messages were lost before this backup was written',
    meaning:
      'A repair wrote the backup of a damaged archive, and names in the state of backup.json the sequences that it could not save.',
    consequence: 'A restore gives what was saved; servers pass over the list.',
    advice:
      'Where a replica or an older backup exists, heal this one with it: `natsarc repair ARCHIVE --from OTHER --out healed`.',
  },
} as const satisfies Record<string, CatalogEntry>;
