import { kernels } from './instance.ts';
import type { SubjectTable } from './types.ts';

/** What was once copied to the kernel's memory stays touched: a longer piece only for an entry that is longer. */
const PIECE_BYTES = 64 * 1024;

/**
 * Adds up the subject table of an index.db (assembly/subject-table.ts): `count` entries from `offsetBytes` on. null where
 * an entry is cut, empty, holds a NUL or is longer than 1 MiB, or where 64 bits cannot count the messages.
 */
export function sumSubjectTable(
  bytes: Uint8Array,
  offsetBytes: number,
  count: number,
  lastAlways: boolean,
): SubjectTable | null {
  const { exports, bytes: memory } = kernels();
  const take = (from: number, most: number): number => {
    const part = bytes.subarray(from, from + most);
    memory.set(part, exports.SCRATCH.value);
    return exports.subjectTable(part.length, count, lastAlways ? 1 : 0);
  };
  exports.subjectTableStart();
  let at = offsetBytes;
  while (exports.tableEntries.value < count) {
    const taken = take(at, PIECE_BYTES) || take(at, exports.SCRATCH_BYTES.value);
    if (taken === 0) return null;
    at += taken;
  }
  return {
    endBytes: at,
    messages: BigInt.asUintN(64, exports.tableMessages.value),
    digest: BigInt.asUintN(64, exports.tableDigest.value),
  };
}
