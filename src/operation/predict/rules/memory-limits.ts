/**
 * Counts that damage makes, from which on a server asks for more memory, or time, than there is. Below they are served;
 * between this and what really ends a server lies what its machine has.
 */

/** Entries that an o.dat claims, for which a map with room is made before the first is read: about 4 GiB. */
export const MOST_STATE_ENTRIES = 117_440_512n;
/** Beyond this Go makes the map without room. */
export const NO_ROOM_ENTRIES: bigint = 1n << 47n;
/** Sequences listed with four bytes each, 2 GiB, which grow to twice as much on the way: where each lies in a block. */
export const MOST_LISTED: bigint = 1n << 29n;
/** The same with eight bytes each: what a cut block has lost. */
export const MOST_LOST: bigint = 1n << 28n;
/** Entries that a thw.db claims, which 2.11 counts through without seeing that the file has ended: minutes. */
export const MOST_WHEEL_ENTRIES: bigint = 1n << 32n;
