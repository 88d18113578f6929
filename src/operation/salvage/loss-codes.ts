import type { FindingCode } from '../../findings/catalog/index.ts';

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
  UNTOLD: 'no record and no index speaks of it',
} as const satisfies Partial<Record<FindingCode, string>> & Readonly<Record<string, string>>;

export type LossCode = keyof typeof LOSS_REASONS;

/** What a note is about. Those that are no finding tell where something was taken from. */
export type NoteCode =
  | LossCode
  | Extract<
      FindingCode,
      | 'BIX_CORRUPT'
      | 'BLK_SWAPPED'
      | 'CON_AHEAD_OF_STREAM'
      | 'CON_META_CORRUPT'
      | 'CON_NAME_MISMATCH'
      | 'CON_STATE_CORRUPT'
      | 'CON_STATE_MISSING'
      | 'CON_SUM_MISMATCH'
      | 'DECL_CONSUMERS_FEWER'
      | 'GZIP_CORRUPT'
      | 'META_CORRUPT'
      | 'META_MISSING'
      | 'META_SUM_MISMATCH'
      | 'S2_CRC_MISMATCH'
      | 'SOURCES_CORRUPT'
      | 'V2_CONSUMER_CORRUPT'
      | 'V2_CONSUMER_MISSING'
      | 'V2_STATE_MISSING'
    >
  | 'CONFIG_GIVEN'
  | 'DELETES_UNKNOWN'
  | 'INDEX_FOREIGN'
  | 'LIMITS_FOREIGN'
  | 'LOST_NOT_KEPT'
  | 'META_FROM_OTHER'
  | 'META_MENDED'
  | 'NAME_OF_RECORDS'
  | 'TEMPLATE_LEFT_OUT'
  | 'UNDELETED';
