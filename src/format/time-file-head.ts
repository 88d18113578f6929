import type { Cursor } from '../core/bytes/cursor.ts';

const VERSION = 1;

/**
 * What thw.db, sched.db and sources.db begin with: version, how many entries follow, and the stamp: the stream's last
 * sequence + 1 when the file was written. null: another version, or more entries of `leastBytes` than there is room for.
 */
export function readTimeFileHead(
  cursor: Cursor,
  leastBytes: bigint,
): { readonly count: number; readonly stamp: bigint } | null {
  const version = cursor.u8();
  const count = cursor.u64();
  const stamp = cursor.u64();
  if (version !== VERSION || count * leastBytes > BigInt(cursor.remainingBytes)) return null;
  return { count: Number(count), stamp };
}
