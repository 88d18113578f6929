// Where the parts of a record lie: format/block/README.md has the table, format/block/record.ts the same for TypeScript.

export const SEQ_AT: usize = 4;
export const TIME_AT: usize = 12;
export const SUBJECT_BYTES_AT: usize = 20;
/** What stands before the subject; where there is a header block, its length comes next. */
export const HEAD_BYTES: usize = 22;
export const HEADER_LENGTH_BYTES: usize = 4;
/** The checksum that ends a record. */
export const SUM_BYTES: usize = 8;
export const LEAST_RECORD_BYTES: usize = HEAD_BYTES + SUM_BYTES;
export const MOST_RECORD_BYTES: usize = 32 * 1024 * 1024;

/** Of the word that begins a record: its length, and above it whether it has a header block. */
export const LENGTH_BITS: u32 = 0x7fffffff;
