import { kernels } from './instance.ts';
import type { V2Run } from './types.ts';

/** Where to read the next bytes of a V2 archive, for `takeV2Messages`. Valid as long as nothing else is hashed. */
export function v2Window(): Uint8Array {
  const { exports, buffer } = kernels();
  return new Uint8Array(buffer, exports.SCRATCH.value, exports.SCRATCH_BYTES.value);
}

/**
 * Takes messages from the first `lengthBytes` of the window as long as they are whole and their sequences rise above
 * `lastSeq`; null where the first one already is not such.
 */
export function takeV2Messages(lengthBytes: number, lastSeq: bigint): V2Run | null {
  const { exports, buffer } = kernels();
  const takenBytes = exports.v2Walk(lengthBytes, lastSeq);
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
