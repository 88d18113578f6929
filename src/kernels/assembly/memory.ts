// Where everything lies; pages that nobody touches cost nothing. What a thread needs that reads comes first: the memory
// begins with that much (asconfig.json), since V8 collects garbage early where a thread holds 32 MiB or more, and is made
// whole, once, for the rest (instance.ts). Behind each region is slack, since the kernels load up to 64 bytes past an end.

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const SLACK: usize = 4 * KIB;

/** Below this the compiler keeps its own static data. */
export const TABLES: usize = 64 * KIB;

export const HASH_TABLES: usize = TABLES;
export const HASH_STATE: usize = TABLES + 4 * KIB;
export const HASH_KEY: usize = HASH_STATE + 256;
export const SCAN_KEY_STATE: usize = HASH_STATE + 512;
export const SCAN_SHORT: usize = HASH_STATE + 1024;
export const CRC_TABLES: usize = TABLES + 8 * KIB;
export const CRC_RING: usize = TABLES + 32 * KIB;
export const S2_TABLE: usize = TABLES + 64 * KIB;
export const S2_TAKES: usize = S2_TABLE + 8 * KIB;
/** How far two blocks have come. */
export const S2_STATES: usize = S2_TABLE + 10 * KIB;
/** A block of SHA-256 at work. */
export const SHA_SCHEDULE: usize = S2_TABLE + 12 * KIB;

/** Columns that the block scan fills. */
export const COLUMNS: usize = 256 * KIB;
export const COLUMNS_END: usize = COLUMNS + 3 * MIB;

/** Bytes that are handed over by copying. */
export const SCRATCH: usize = COLUMNS_END + 64 * KIB;
export const SCRATCH_BYTES: usize = 1 * MIB;

export const S2_INPUT: usize = SCRATCH + SCRATCH_BYTES + SLACK;
export const S2_INPUT_BYTES: usize = 16 * MIB;
/** A second block, decoded beside the first, has half of the room for one. */
export const S2_INPUT_2: usize = S2_INPUT + S2_INPUT_BYTES / 2;
export const S2_OUTPUT: usize = S2_INPUT + S2_INPUT_BYTES + SLACK;
export const S2_OUTPUT_BYTES: usize = 4 * MIB;
export const S2_OUTPUT_2: usize = S2_OUTPUT + S2_OUTPUT_BYTES + SLACK;

/** Sequences that are live, pairs from, to. */
export const LIVE: usize = 28 * MIB + 448 * KIB;
export const LIVE_PAIRS: u32 = 32768;

/** Room for a bad record and the one behind it, both of the greatest length, and to spare. The first memory ends in it. */
export const SCAN: usize = 29 * MIB;
export const SCAN_END: usize = SCAN + 100 * MIB;
export const SCAN_WINDOW_BYTES: usize = 512 * KIB;
/** A block that is rewritten. It may be scanned while it is put here, as long as no record is large. */
export const REWRITE: usize = SCAN + 66 * MIB;
export const REWRITE_BYTES: usize = 32 * MIB;
/** In front of it and behind: what surrounds it where it is packed. */
export const REWRITE_MARGIN_BYTES: usize = 4 * KIB;
/** Pairs from, to of the sequences that are kept, once nothing is scanned. */
export const REWRITE_LIVE: usize = SCAN + 32 * MIB;

/** Of the S2 encoder: the bytes, the block made of them (with room for one that grew), where bytes were seen last. */
export const ENCODE_INPUT: usize = 130 * MIB;
export const ENCODE_INPUT_BYTES: usize = 4 * MIB;
export const ENCODE_OUTPUT: usize = ENCODE_INPUT + ENCODE_INPUT_BYTES + SLACK;
export const ENCODE_TABLE: usize = 139 * MIB;

// Where messages are written as lines nothing is encoded: the lines, and what they are made with.
export const LINES: usize = ENCODE_INPUT;
export const LINES_BYTES: usize = 8 * MIB;
export const LINES_START: usize = ENCODE_TABLE;
export const LINES_START_BYTES: usize = 64 * KIB;
export const LINES_PATTERNS: usize = ENCODE_TABLE + 128 * KIB;
export const LINES_PATTERNS_BYTES: usize = 128 * KIB;
export const LINES_TIME: usize = ENCODE_TABLE + 512 * KIB;

/** Pages of the whole memory, as asconfig.json has them. */
export const WHOLE_PAGES: u32 = 2240;
