import { kernels } from './instance.ts';
import type { V2Run } from './types.ts';

/** Where to read bytes of a V2 archive, if they do not lie in kernel memory already. Valid as long as nothing else is hashed. */
export function v2Window(): Uint8Array {
  const { exports, buffer } = kernels();
  return new Uint8Array(buffer, exports.SCRATCH.value, exports.SCRATCH_BYTES.value);
}

/** Which messages are taken of some bytes. */
export interface V2Reach {
  /** The first one begins here; all of them before `untilBytes`. */
  readonly fromBytes: number;
  readonly untilBytes: number;
  /** They may end so far behind the bytes, all but their heads and subjects. */
  readonly beyondBytes: number;
}

/** All messages of some bytes that are whole in them. */
export function reachOf(bytes: Uint8Array): V2Reach {
  return { fromBytes: 0, untilBytes: bytes.length, beyondBytes: 0 };
}

/** Addresses have 32 bits; no message is as long. */
const MOST_BEYOND_BYTES = 2 ** 30;

/**
 * Takes messages as long as they are whole and their sequences rise above `lastSeq`; null where the first one already is not
 * such. At most 1 MiB, but for a view of kernel memory, which is walked where it lies.
 */
export function takeV2Messages(
  bytes: Uint8Array,
  lastSeq: bigint,
  { fromBytes, untilBytes, beyondBytes }: V2Reach = reachOf(bytes),
): V2Run | null {
  const { exports, buffer } = kernels();
  const until = Math.min(untilBytes, bytes.length);
  if (fromBytes >= until) return null;
  const beyond = Math.min(beyondBytes, MOST_BEYOND_BYTES);
  const takenBytes = exports.v2Walk(placed(bytes), bytes.length, lastSeq, fromBytes, until, beyond);
  if (takenBytes === 0) return null;
  return {
    takenBytes,
    messages: exports.v2Messages.value,
    bytes: exports.v2Bytes.value,
    firstSeq: BigInt.asUintN(64, exports.v2FirstSeq.value),
    lastSeq: BigInt.asUintN(64, exports.v2LastSeq.value),
    firstTimeNs: exports.v2FirstTime.value,
    lastTimeNs: exports.v2LastTime.value,
    subjectDigest: BigInt.asUintN(64, exports.v2Digest.value),
    ranges: new BigUint64Array(buffer, exports.RUNS.value, exports.v2RunCount.value * 2).slice(),
  };
}

/** Where in the first `untilBytes` a message seems to begin; -1 where none does. */
export function findV2Messages(bytes: Uint8Array, untilBytes: number = bytes.length): number {
  return kernels().exports.v2Find(placed(bytes), bytes.length, Math.min(untilBytes, bytes.length));
}

/** The address of bytes in kernel memory, to where they are copied if need be. */
function placed(bytes: Uint8Array): number {
  if (bytes.buffer === kernels().buffer) return bytes.byteOffset;
  const window = v2Window();
  window.set(bytes);
  return window.byteOffset;
}
