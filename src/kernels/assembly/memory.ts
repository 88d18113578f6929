// Where everything lies. The memory is fixed and never grown, so that views of it stay valid; pages that
// nobody touches cost nothing. Behind each region is slack, since the kernels load up to 64 bytes past an end.

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const SLACK: usize = 4 * KIB;

/** Below this the compiler keeps its own static data. */
export const TABLES: usize = 64 * KIB;

/** Words that a result is left in. */
export const HASH_TABLES: usize = TABLES;
export const HASH_STATE: usize = TABLES + 4 * KIB;
export const HASH_KEY: usize = HASH_STATE + 256;
export const SCAN_KEY_STATE: usize = HASH_STATE + 512;
export const SCAN_SHORT: usize = HASH_STATE + 1024;
export const CRC_TABLES: usize = TABLES + 8 * KIB;
export const CRC_RING: usize = TABLES + 32 * KIB;
export const S2_TABLE: usize = TABLES + 64 * KIB;
/** How far two blocks have come. */
export const S2_STATES: usize = S2_TABLE + 2 * KIB;
/** A block of SHA-256 at work. */
export const SHA_SCHEDULE: usize = S2_TABLE + 4 * KIB;

/** Columns that the block scan fills. */
export const COLUMNS: usize = 256 * KIB;
export const COLUMNS_END: usize = COLUMNS + 3 * MIB;

/** Bytes that are handed over by copying. */
export const SCRATCH: usize = 4 * MIB;
export const SCRATCH_BYTES: usize = 1 * MIB;

export const S2_INPUT: usize = 6 * MIB;
export const S2_INPUT_BYTES: usize = 16 * MIB;
export const S2_OUTPUT: usize = S2_INPUT + S2_INPUT_BYTES + SLACK;
export const S2_OUTPUT_BYTES: usize = 4 * MIB;

/** Sequences that are live, pairs from, to. */
export const LIVE: usize = 26 * MIB + 64 * KIB;
export const LIVE_PAIRS: u32 = 32768;

/** Room for a bad record and the one behind it, both of the greatest length, and to spare. */
export const SCAN: usize = 27 * MIB;
export const SCAN_END: usize = SCAN + 100 * MIB;
export const SCAN_WINDOW_BYTES: usize = 512 * KIB;

/** Of the S2 encoder: the bytes, the block made of them (with room for one that grew), where bytes were seen last. */
export const ENCODE_INPUT: usize = 128 * MIB;
export const ENCODE_INPUT_BYTES: usize = 4 * MIB;
export const ENCODE_OUTPUT: usize = ENCODE_INPUT + ENCODE_INPUT_BYTES + SLACK;
export const ENCODE_TABLE: usize = 137 * MIB;

/** A second block, decoded beside the first. */
export const S2_INPUT_2: usize = 138 * MIB;
export const S2_OUTPUT_2: usize = S2_INPUT_2 + S2_INPUT_BYTES + SLACK;

// Where messages are written as lines nothing is encoded: the lines, and what they are made with.
export const LINES: usize = ENCODE_INPUT;
export const LINES_BYTES: usize = 8 * MIB;
export const LINES_START: usize = ENCODE_TABLE;
export const LINES_START_BYTES: usize = 64 * KIB;
export const LINES_PATTERNS: usize = ENCODE_TABLE + 128 * KIB;
export const LINES_PATTERNS_BYTES: usize = 128 * KIB;
export const LINES_TIME: usize = ENCODE_TABLE + 512 * KIB;
