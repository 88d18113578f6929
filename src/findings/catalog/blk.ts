import type { CatalogEntry } from '../catalog-entry.ts';

export const BLK_SUITE = {
  BLK_CHECKSUM_MISMATCH: {
    severity: 'critical',
    title: "A record's checksum does not fit",
  },
  BLK_LENGTH_IMPLAUSIBLE: {
    severity: 'critical',
    title: "A record's length cannot be",
  },
  BLK_RECORD_MALFORMED: {
    severity: 'critical',
    title: 'A record whose parts contradict each other',
  },
  BLK_TAIL_TORN: {
    severity: 'info',
    title: 'The last block ends in an incomplete record',
  },
  BLK_TRUNCATED: {
    severity: 'critical',
    title: 'A block was cut',
  },
  BLK_EMPTY: {
    severity: 'info',
    title: 'A block of 0 bytes',
  },
  BLK_EMPTIED: {
    severity: 'critical',
    title: 'A block that should hold messages is empty',
  },
  BLK_MISSING: {
    severity: 'critical',
    title: 'A block that should hold messages is missing',
  },
  BLK_SWAPPED: {
    severity: 'critical',
    title: "A block's records belong to another block",
  },
  BLK_FOREIGN: {
    severity: 'critical',
    title: 'No record of a block belongs to this stream',
  },
  BLK_NAME_UNKNOWN: {
    severity: 'warning',
    unknown: true,
    title: 'A block without a stream name',
  },
  BLK_NAME_INVALID: {
    severity: 'critical',
    title: 'A block file name that servers misread',
  },
  BLK_SEQUENCE_ORDER: {
    severity: 'critical',
    title: 'A sequence does not rise',
  },
  BLK_LAST_COMPRESSED: {
    severity: 'warning',
    title: 'The last block is compressed',
  },
  BLK_SEQUENCE_HOLE: {
    severity: 'info',
    title: 'Sequences that no block holds and nothing explains',
  },
} as const satisfies Record<string, CatalogEntry>;
