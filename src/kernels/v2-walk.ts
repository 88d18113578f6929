import { kernels } from './instance.ts';
import type { V2Run } from './types.ts';

/** Where to read the next bytes of a V2 archive, for `takeV2Messages`. Valid as long as nothing else is hashed. */
export function v2Window(): Uint8Array {
  const { exports, buffer } = kernels();
  return new Uint8Array(buffer, exports.SCRATCH.value, exports.SCRATCH_BYTES.value);
}

/** Which messages are taken of a window. */
export interface V2Reach {
  /** The first one begins here, in the window; all of them before `untilBytes`. */
  readonly fromBytes: number;
  readonly untilBytes: number;
  /** They may end so far behind what was read, all but their heads and subjects. */
  readonly beyondBytes: number;
}

/** Addresses have 32 bits; no message is as long. */
const MOST_BEYOND_BYTES = 2 ** 30;

/**
 * Takes messages from the first `lengthBytes` of the window as long as they are whole and their sequences rise above
 * `lastSeq`; null where the first one already is not such.
 */
export function takeV2Messages(
  lengthBytes: number,
  lastSeq: bigint,
  { fromBytes, untilBytes, beyondBytes }: V2Reach = { fromBytes: 0, untilBytes: lengthBytes, beyondBytes: 0 },
): V2Run | null {
  const { exports, buffer } = kernels();
  const until = Math.min(untilBytes, lengthBytes);
  if (fromBytes >= until) return null;
  const beyond = Math.min(beyondBytes, MOST_BEYOND_BYTES);
  const takenBytes = exports.v2Walk(lengthBytes, lastSeq, fromBytes, until, beyond);
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

/** Where in the first `untilBytes` of the window, which holds `lengthBytes`, a message seems to begin; -1 where none does. */
export function findV2Messages(lengthBytes: number, untilBytes: number): number {
  return kernels().exports.v2Find(lengthBytes, Math.min(untilBytes, lengthBytes));
}
