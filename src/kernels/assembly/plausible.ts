// The limits of core/plausible.ts, which says where they come from.
export const EARLIEST_NS: i64 = 0x0d00000000000000;
export const LATEST_NS: i64 = 0x4000000000000000;
export const HIGHEST_FIRST_SEQ: u64 = 0xffffffffffffff;
export const FURTHEST_JUMP: u64 = 0x10000000000;
export const MOST_SUBJECT_BYTES: u64 = 4096;
