import type { FindingCode } from '../../findings/catalog/index.ts';
import type { NoteOnlyCode } from '../../findings/catalog/notes.ts';

/** Why sequences are lost or doubtful, in words. The codes are those of findings where one says the same; never renamed. */
export const LOSS_REASONS = {
  BLK_CHECKSUM_MISMATCH: 'the checksum does not fit',
  BLK_LENGTH_IMPLAUSIBLE: 'a length cannot be',
  BLK_TRUNCATED: 'the end is cut off',
  BLK_RECORD_MALFORMED: 'its parts contradict each other',
  BLK_FOREIGN: 'no record of it is good',
  BLK_MISSING: 'the block is missing',
  IDX_BLOCK_DIFFERS: 'an index lists it, the block does not hold it',
  S2_CHUNK_CORRUPT: 'the S2 chunk is damaged',
  V2_CUT: 'the archive ends before them',
  DECL_MESSAGES_FEWER: 'backup.json counts messages up to here',
  LOST_BEFORE: 'lost before this backup was written',
  COPIES_DIFFER: 'intact copies differ',
  BLOCK_REMOVED_OR_LOST: 'an old index lists the block; it may have been removed since',
  BLK_NUMBER_MISSING: 'no block has this number, and nothing tells that its messages were deleted',
  CON_AHEAD_OF_STREAM: 'a consumer was delivered messages up to here',
  UNTOLD: 'no record and no index speaks of it',
} as const satisfies Partial<Record<FindingCode | NoteOnlyCode, string>>;

export type LossCode = keyof typeof LOSS_REASONS;

/**
 * What notes are about that are of no loss among these. Codes of findings say the same as those; the others are in the
 * catalogue of notes. Never renamed.
 */
export const NOTE_MEANINGS = {
  BEYOND_LIMITS: 'a server removes messages that are beyond limits of the configuration',
  BIX_CORRUPT: 'an `.idx` file contradicts its block',
  BLK_COPY: 'messages were taken from a copy beside a block that is missing or damaged',
  BLK_SWAPPED: 'a block was read with the number that its records were made for',
  CONFIG_GIVEN: 'the configuration is the one of `--config`',
  CONFIG_LEFT_OUT: 'fields of the configuration were left out that no server knows or accepts',
  CON_BEHIND_OTHER: 'an archive of `--from` has a consumer further ahead: it keeps its older position',
  CON_META_CORRUPT: 'the configuration of a consumer cannot be read: it was left out',
  CON_NAME_MISMATCH: 'the configuration of a consumer is that of another one: it got the name of its folder',
  CON_STATE_CORRUPT:
    'the position of a consumer cannot be read: it was set back, or is that of another archive',
  CON_STATE_MISSING: 'the position of a consumer is missing: it begins where its configuration says',
  CON_SUM_MISMATCH: 'the meta.inf of a consumer does not fit its sum: what is left of it was taken',
  DECL_CONSUMERS_FEWER: 'the archive declares more consumers than there are',
  DELETES_UNKNOWN: 'what told which messages were deleted is gone: some that were may be written',
  GZIP_CORRUPT: 'the sum of the gzip does not fit: a position that stands in it was taken as it can be read',
  INDEX_FOREIGN: 'index.db is of another stream of this name and proves nothing',
  LIMITS_DECLARED: 'limits are those of backup.json: those of meta.inf are lower',
  LIMITS_FOREIGN:
    'the configuration is that of another stream: its limits were lifted, or nothing of it was taken',
  LOST_NOT_KEPT: 'a store does not tell lost messages from deleted ones',
  MAN_CORRUPT: 'backup.json cannot be read',
  MAN_EMPTY: 'backup.json is empty',
  MAN_MISSING: 'there is no backup.json',
  MAN_NAME_MISMATCH: 'backup.json names another stream',
  META_CORRUPT: 'meta.inf is lost or wrong: the configuration is that of backup.json',
  META_FROM_OTHER: 'a configuration is that of an archive of `--from`',
  META_MENDED: 'one bit of a meta.inf had flipped: it was set right',
  META_MISSING: 'no configuration is left: name and subjects are those of the messages',
  META_SUM_MISMATCH: 'meta.inf does not fit its sum: what is left of it was taken',
  NAME_OF_RECORDS: 'the name of the stream is the one that its records were made for',
  S2_CRC_MISMATCH: 'a position stands in a damaged S2 chunk and was taken as it can be read',
  SOURCES_CORRUPT: 'sources.db was left out',
  STREAM_MISSING: 'an archive of `--from` holds a stream that the repaired one does not: it was not written',
  SUBJECTS_OVERLAP: 'another stream that was written listens to the same subjects',
  SUBJECT_DOUBTFUL: 'messages have subjects that cannot be, and nothing tells which they had',
  SUBJECT_MENDED: 'the length of a subject was wrong: it was set right',
  TEMPLATE_LEFT_OUT: 'template_owner was left out of the configuration',
  UNDELETED: 'deleted messages were written, limits were lifted (`--undelete`)',
  V2_CONSUMER_CORRUPT:
    'consumers are damaged, or stand in a damaged chunk, and were taken as they can be read',
  V2_CONSUMER_MISSING: 'consumers are lost',
  V2_STATE_MISSING: 'state.json is lost, and the consumers with it',
} as const satisfies Partial<Record<FindingCode | NoteOnlyCode, string>>;

/** What a note is about: a loss of which nothing tells which messages it took, or one of NOTE_MEANINGS. */
export type NoteCode = LossCode | keyof typeof NOTE_MEANINGS;
