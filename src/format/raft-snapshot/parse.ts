import { keyedSum } from '../../codec/highwayhash.ts';
import { Cursor } from '../../core/bytes/cursor.ts';

/** A raft group's state up to an index. */
export interface RaftSnapshot {
  readonly lastTerm: bigint;
  readonly lastIndex: bigint;
  /** A view into the file. */
  readonly data: Uint8Array;
}

const SUM_BYTES = 8;

/** Reads a snapshot of the group `groupName`; null where its sum does not fit or it is too short. */
export function parseRaftSnapshot(groupName: string, bytes: Uint8Array): RaftSnapshot | null {
  const end = bytes.length - SUM_BYTES;
  if (end < 0) return null;
  const body = bytes.subarray(0, end);
  const sum = keyedSum(groupName, body);
  if (!sum.every((byte, i) => byte === bytes[end + i])) return null;
  const cursor = new Cursor(body);
  const [lastTerm, lastIndex] = [cursor.u64(), cursor.u64()];
  cursor.borrow(cursor.u32());
  return cursor.isShort ? null : { lastTerm, lastIndex, data: body.subarray(cursor.offsetBytes) };
}
