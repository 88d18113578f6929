// Fixed places in the module's memory. The façade (memory-layout.ts) holds the same numbers; a test compares them.
export const STATE: usize = 0x10000; // 256 bytes: results of the last call
export const KEY: usize = 0x10100; // 8 x 16 bytes: HighwayHash state right after keying
export const MASKS: usize = 0x10200; // 16 x 0xff, 16 x 0x00
export const ZIPPER: usize = 0x10240; // swizzle of the zipper merge
export const STREAM: usize = 0x10300; // 8 x 16 bytes: HighwayHash state of a sum made in pieces
export const CRC_TABLES: usize = 0x20000; // 8 x 256 u32
export const EVENTS: usize = 0x40000; // 16384 x 32 bytes
export const MAX_EVENTS: u32 = 16384;
export const RECORDS: usize = 0x100000; // columns of MAX_RECORDS rows
export const MAX_RECORDS: u32 = 20480;
export const S2_INPUT: usize = 0x400000; // 16 MiB and slack
export const S2_OUTPUT: usize = 0x1500000; // 4 MiB and slack
export const WINDOW: usize = 0x2000000; // a record of 32 MiB and a fill of 1 MiB
