import type { CatalogEntry } from '../catalog-entry.ts';

/** What to do without a backup.json. */
const MAKE_AGAIN =
  'natsarc pack makes a backup again of a V1 snapshot, whose meta.inf holds the configuration too; of a V2 archive with --config FILE, such as the backup.json of another backup of the stream.';

export const MAN_SUITE = {
  MAN_MISSING: {
    severity: 'critical',
    marks: ['manifest'],
    title: 'There is no backup.json beside the snapshot',
    meaning: 'The folder has snapshot data but no backup.json.',
    consequence: 'nats stream restore needs it and refuses; nats account restore refuses the whole folder.',
    advice: MAKE_AGAIN,
  },
  MAN_EMPTY: {
    severity: 'critical',
    marks: ['manifest'],
    title: 'backup.json is empty',
    meaning: 'backup.json has 0 bytes: the CLI writes it last, so the backup was interrupted.',
    consequence: 'nats stream restore refuses.',
    advice: MAKE_AGAIN,
  },
  MAN_CORRUPT: {
    severity: 'critical',
    marks: ['manifest'],
    title: 'backup.json cannot be read',
    meaning:
      'backup.json is no JSON, has no configuration, or holds a value that no client reads, such as a time that is none; all that can be read of it counts.',
    consequence: 'nats stream restore refuses.',
    advice: MAKE_AGAIN,
  },
  MAN_BYTE_ORDER_MARK: {
    severity: 'critical',
    marks: ['unserved'],
    title: 'backup.json begins with a byte order mark',
    meaning:
      'The bytes EF BB BF stand before the text, as some editors save it. All that follows can be read.',
    consequence:
      'nats stream restore and nats account restore refuse: they take the mark for a letter that no JSON begins with.',
    advice: 'Take off the first three bytes, or make the backup again with `natsarc pack`.',
  },
  MAN_DATA_MISSING: {
    severity: 'critical',
    title: 'The snapshot file of the backup is missing',
    meaning:
      'backup.json is there, stream.tar.s2 is not. Where several other files in the folder are snapshots by what they hold, none is chosen: could_be names them.',
    consequence: 'nats stream restore refuses.',
    advice: 'Use another copy; or rename the right one of those that could be it to stream.tar.s2.',
  },
  MAN_DATA_RENAMED: {
    severity: 'critical',
    marks: ['unserved'],
    title: 'The snapshot file of the backup has another name',
    meaning:
      'stream.tar.s2 is not there; one other file in the folder is a snapshot by what it holds, as a sync tool or a download leaves it. It was read in its place.',
    consequence:
      'nats stream restore wants stream.tar.s2 and refuses; nats account restore, the whole folder.',
    advice: 'Rename it to stream.tar.s2, or make the backup again with `natsarc pack`.',
  },
  MAN_NAME_MISMATCH: {
    severity: 'critical',
    marks: ['manifest'],
    title: 'backup.json and the snapshot name different streams',
    meaning:
      'The configuration in backup.json, or in stream_X.json of the old nats backup, has another stream name than meta.inf in the snapshot.',
    consequence: 'The server refuses: stream names do not match.',
    advice:
      'Someone edited backup.json, or files of two backups were mixed: then the stream that is declared has no data here, and the snapshot is told as that of its own stream.',
  },
  MAN_DATA_FOREIGN: {
    severity: 'critical',
    title: 'The snapshot beside backup.json is that of another stream',
    meaning:
      'The first message has another time than backup.json declares: the snapshot is of a stream of another account, or of one that was made anew. Of a V2 archive, which does not tell whose it is: or no message has a subject that backup.json configures.',
    consequence: 'A server restores the messages of the other stream under the name in backup.json.',
    advice:
      'What backup.json declares is not here: look for another copy, or for the backup.json of this one. Give the snapshot file alone to get at what is in it, with --config if it is a V2 archive.',
  },
  MAN_MEMORY_STREAM: {
    severity: 'warning',
    title: 'A backup with both files empty',
    meaning:
      'nats account backup leaves a folder with two empty files for a stream kept in memory, which cannot be backed up.',
    consequence: 'nats account restore refuses the whole folder while it is there.',
    advice: 'Remove the folder before restoring the account.',
  },
  MAN_UNKNOWN_FILE: {
    severity: 'warning',
    title: 'A file that no backup has',
    meaning: 'The CLI writes no such file or folder.',
    consequence: 'nats account restore refuses a folder with anything but backups in it.',
    advice: 'Move it away before restoring.',
  },
  CFGB_CORRUPT: {
    severity: 'critical',
    title: 'A configuration backup file cannot be read',
    meaning: 'The file is not the envelope that nats backup wrote, or what is in it is no JSON.',
    consequence: 'That stream or consumer cannot be created from it.',
    advice: 'Use another copy.',
  },
  CFGB_CHECKSUM_MISMATCH: {
    severity: 'critical',
    title: "A configuration backup file's checksum does not fit",
    meaning: 'The SHA-256 of the configuration is another than the one in the file.',
    consequence: 'nats restore refused such files.',
    advice: 'Use another copy, or compare the configuration by eye.',
  },
  CFGB_DATA_OVERWRITTEN: {
    severity: 'critical',
    title: 'The data of several streams was written to one file',
    meaning:
      "Releases of the CLI of 2021 wrote the data of every stream to the same two files: only the last stream's data is left.",
    consequence: 'nats restore never restored data from it.',
    advice: 'Look for other backups of the missing streams.',
  },
  CFGB_NO_DATA: {
    severity: 'info',
    title: 'A configuration backup without data',
    meaning: 'The folder holds configurations only, as nats backup wrote them without --data.',
    consequence: 'Streams and consumers can be created from it, empty.',
    advice: 'Nothing, if that was wanted.',
  },
} as const satisfies Record<string, CatalogEntry>;
