import { kernels } from './instance.ts';
import type { SubjectTable } from './types.ts';

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
  const most: number = exports.SCRATCH_BYTES.value;
  exports.subjectTableStart();
  let at = offsetBytes;
  while (exports.tableEntries.value < count) {
    const part = bytes.subarray(at, at + most);
    memory.set(part, exports.SCRATCH.value);
    const taken = exports.subjectTable(part.length, count, lastAlways ? 1 : 0);
    if (taken === 0) return null;
    at += taken;
  }
  return {
    endBytes: at,
    messages: BigInt.asUintN(64, exports.tableMessages.value),
    digest: BigInt.asUintN(64, exports.tableDigest.value),
  };
}
