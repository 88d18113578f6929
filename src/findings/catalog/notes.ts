import type { CatalogEntry } from '../catalog-entry.ts';

/**
 * Codes of notes and of losses that are no findings: what commands tell of what they gave out or wrote. Codes are never renamed.
 * `explain` tells them as it tells findings.
 */
export const NOTES = {
  DELETES_PROVEN: {
    severity: 'info',
    title: 'Deleted messages were left out that a server would have again',
    meaning:
      'index.db is not current, but it is of these blocks: what it tells deleted is deleted, and a server never gives a sequence out again. The records are still in the blocks; they were left out.',
    consequence:
      'A server that starts on these files, or restores them, rebuilds from the blocks and has the messages again.',
    advice:
      'Start a server on what pack, convert or repair writes, in which they are gone. preflight tells how many come back.',
  },
  DELETES_UNKNOWN: {
    severity: 'warning',
    title: 'Messages that are here may have been deleted',
    meaning:
      'What told which messages were deleted is gone or proves nothing: the end of a block was cut off or cannot be read, index.db is lost or of another stream, tombstones were dropped, consumers of a work queue are past messages that are there, or an older archive gave more than the repaired one counts. Nothing is missing for it.',
    consequence: 'A server has these messages too, and delivers them again.',
    advice: 'Compare with another copy if messages must not be processed twice.',
  },
  BEYOND_LIMITS: {
    severity: 'info',
    title: 'More messages were written than the limits of the configuration allow',
    meaning:
      'max_msgs or max_msgs_per_subject of the configuration is below what was found. Every intact message was written.',
    consequence: 'A server that restores the stream, or starts on it, removes the oldest of them at once.',
    advice: 'Give higher limits with --config where they are to stay.',
  },
  LOST_BEFORE: {
    severity: 'info',
    title: 'Messages were lost before this archive was written',
    meaning: 'A repair wrote into backup.json which messages it could not save.',
    consequence: 'None: servers take them for deleted.',
    advice: 'Look for an older copy, and heal with it: `natsarc repair ARCHIVE --from OLDER --out healed`.',
  },
  COPIES_DIFFER: {
    severity: 'critical',
    title: 'Intact copies of a message differ',
    meaning:
      'Archives hold different messages at one sequence, each with a checksum that fits: nothing tells which is right.',
    consequence: 'None of them was written.',
    advice: 'Look at both, and choose: `natsarc repair ARCHIVE --from OTHER --prefer OTHER --out healed`.',
  },
  CON_BEHIND_OTHER: {
    severity: 'info',
    title: 'A consumer is further ahead in another archive',
    meaning:
      'Consumers are those of the archive that is repaired, with their positions; one of --from, a newer replica or backup, has this one further ahead.',
    consequence: 'A server delivers what it acknowledged since once more. No message is missing for it.',
    advice:
      'Where the other archive is the newer one, repair that and heal it with this: `natsarc repair NEWER --from OLDER --out healed`.',
  },
  BLOCK_REMOVED_OR_LOST: {
    severity: 'warning',
    title: 'An old index lists a block that is not there',
    meaning:
      'A limit or a purge may have removed the block since index.db was written; or the file was lost.',
    consequence: 'Servers take its messages for deleted.',
    advice: 'Compare with a backup: up to as many messages may be lost.',
  },
  UNTOLD: {
    severity: 'info',
    title: 'Sequences of which no record and no index speaks',
    meaning:
      'They lie among messages that are there. Deleted messages leave this trace; lost ones would, too.',
    consequence: 'Servers take them for deleted.',
    advice: 'Nothing, unless more was lost than is told.',
  },
  BLK_COPY: {
    severity: 'info',
    title: 'Messages were taken from a copy beside a block',
    meaning:
      'A block is missing, damaged or another one, and a file beside it (`1.blk.tmp`, `1.blk~`) holds messages of it that no block does.',
    consequence: 'Servers up to 2.9 take such a file for a block; later ones remove it, or pass it over.',
    advice: 'Nothing.',
  },
  CONFIG_GIVEN: {
    severity: 'info',
    title: 'The configuration is the one of --config',
    meaning: 'It took the place of what the archive says.',
    consequence: 'Servers serve the stream with it.',
    advice: 'Nothing.',
  },
  CONFIG_LEFT_OUT: {
    severity: 'warning',
    title: 'Fields of the configuration were left out',
    meaning: 'No server knows them, or accepts what they say: the configuration was damaged.',
    consequence: 'With them no server would serve the stream; what they said is gone.',
    advice: 'Compare the configuration with what you expect, and give it with --config.',
  },
  INDEX_FOREIGN: {
    severity: 'warning',
    title: 'index.db is of another stream of this name',
    meaning: 'Its sum fits, but its times and blocks are not those of the messages: it proves nothing.',
    consequence: 'A server rebuilds, since the end of the last block does not fit.',
    advice: 'Find out where the files came from.',
  },
  LIMITS_DECLARED: {
    severity: 'info',
    title: 'Limits are those of backup.json',
    meaning: 'Those of meta.inf are lower: with them a server might remove messages that are here.',
    consequence:
      'A server restores a backup with the configuration of backup.json, and keeps these messages.',
    advice: 'Compare the limits with what you expect.',
  },
  LIMITS_FOREIGN: {
    severity: 'warning',
    title: 'The configuration is that of another stream',
    meaning:
      'Its limits were lifted, so that no server removes messages by limits that are not theirs; where messages have other subjects than it, nothing of it was taken.',
    consequence: 'Servers serve the stream without limits.',
    advice: 'Give the right configuration with --config.',
  },
  LOST_NOT_KEPT: {
    severity: 'warning',
    title: 'A store does not tell lost messages from deleted ones',
    meaning: 'What was lost is told in this report alone: files of a store have no place for it.',
    consequence: 'Servers take lost messages for deleted.',
    advice: 'Keep the damaged archive to heal it later.',
  },
  META_FROM_OTHER: {
    severity: 'info',
    title: 'A configuration is that of another archive',
    meaning: 'It could not be read, and was taken from an archive of --from.',
    consequence: 'Servers serve the stream, or the consumer, with it.',
    advice: 'Compare it with what you expect.',
  },
  META_MENDED: {
    severity: 'info',
    title: 'One bit of a meta.inf was set right',
    meaning: 'It fits its sum with one bit changed back.',
    consequence: 'None: it is what it was.',
    advice: 'Nothing.',
  },
  NAME_OF_RECORDS: {
    severity: 'warning',
    title: 'The name of the stream is the one that its records were made for',
    meaning:
      "The folder or the configuration calls it otherwise, and the records' checksums fit another name.",
    consequence: 'Under the other name a server would find no good record.',
    advice: 'Find out which of the names is right; `natsarc rewrite-stream-name` gives it another one.',
  },
  STREAM_MISSING: {
    severity: 'warning',
    title: 'A stream is in an archive of --from, and not in the repaired one',
    meaning: 'Its folder is gone, or it was deleted. Only streams of the repaired archive are written.',
    consequence: 'It is not in the result.',
    advice: 'Write it from the archive that holds it, as the note says.',
  },
  SUBJECTS_OVERLAP: {
    severity: 'warning',
    title: 'Two written streams listen to the same subjects',
    meaning: 'Their configurations have subjects that overlap, which no server allows in one account.',
    consequence: 'A server starts with one of the two, or restores one of them.',
    advice: 'Give one of them the right subjects with --config.',
  },
  SUBJECT_DOUBTFUL: {
    severity: 'critical',
    title: 'Messages have subjects that cannot be',
    meaning:
      'The length of a subject is outside the checksum, and index.db or the configuration contradicts it; nothing tells what it was.',
    consequence: 'Servers serve these messages under other subjects, and with other payloads, than they had.',
    advice: 'Take them from another copy: --from ARCHIVE --prefer ARCHIVE.',
  },
  SUBJECT_MENDED: {
    severity: 'warning',
    title: 'The length of a subject was set right',
    meaning:
      'The length of a subject is outside the checksum; index.db or the configuration contradicts it, and one other length alone gives a subject that fits.',
    consequence: 'None: the message is what it was.',
    advice: 'Compare it with another copy, where there is one.',
  },
  TEMPLATE_LEFT_OUT: {
    severity: 'info',
    title: 'template_owner was left out of the configuration',
    meaning: 'The stream was made by a template.',
    consequence: 'No server restores a stream with that field.',
    advice: 'Nothing.',
  },
  UNDELETED: {
    severity: 'info',
    title: 'Deleted messages were written',
    meaning:
      '`--undelete` asks for deleted messages whose records are still there; limits were lifted, and a retention that removes.',
    consequence: 'Servers have the messages again.',
    advice: 'Nothing.',
  },
} as const satisfies Record<string, CatalogEntry>;

/** A code that no finding has. */
export type NoteOnlyCode = keyof typeof NOTES;
