/** The first byte of `o.dat`, `N.idx` and `N.fss`; a version follows. (server: magic) */
export const STORE_FILE_MAGIC = 22;
