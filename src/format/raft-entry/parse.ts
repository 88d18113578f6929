import { Cursor } from '../../core/bytes/cursor.ts';

/** One entry of a raft log. */
export interface RaftEntry {
  readonly type: number;
  /** A view into the record. */
  readonly data: Uint8Array;
}

const HEAD_BYTES = 40;

/** The entries in one record of a raft log; null where they do not fit their lengths. */
export function parseRaftEntries(payload: Uint8Array): readonly RaftEntry[] | null {
  const cursor = new Cursor(payload);
  cursor.borrow(HEAD_BYTES);
  const count = cursor.u16();
  const entries: RaftEntry[] = [];
  for (let i = 0; i < count; i++) {
    const lengthBytes = cursor.u32();
    const type = cursor.u8();
    const data = cursor.borrow(lengthBytes - 1);
    if (cursor.isShort) return null;
    entries.push({ type, data });
  }
  return cursor.isShort ? null : entries;
}
