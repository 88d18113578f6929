import { kernels } from './instance.ts';

/** Bytes that are hashed go through so much of the kernel's memory, which then stays touched. */
const PIECE_BYTES = 64 * 1024;

/**
 * HighwayHash-64 of `bytes` with a 32-byte key: the 8 bytes that files carry.
 * `bytes` may have any length; it is copied through kernel memory.
 */
export function highwayHash64(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const { exports, bytes: memory } = kernels();
  if (key.length !== 32) throw new RangeError(`a HighwayHash key has 32 bytes, this one ${key.length}`);
  const scratch: number = exports.SCRATCH.value;
  memory.set(key, exports.HASH_KEY.value);
  exports.hashBegin();
  const whole = bytes.length - (bytes.length % 32);
  for (let at = 0; at < whole; at += PIECE_BYTES) {
    const length = Math.min(PIECE_BYTES, whole - at);
    memory.set(bytes.subarray(at, at + length), scratch);
    exports.hashUpdate(scratch, length);
  }
  memory.set(bytes.subarray(whole), scratch);
  const hash = exports.hashFinish(scratch, bytes.length - whole);
  const result = new Uint8Array(8);
  new DataView(result.buffer).setBigUint64(0, BigInt.asUintN(64, hash), true);
  return result;
}

/** Masked CRC-32C as S2 chunks carry it (codec/s2/README.md), unsigned. A view of kernel memory is read where it lies. */
export function crc32cMasked(bytes: Uint8Array): number {
  const { exports, buffer, bytes: memory } = kernels();
  let crc = -1;
  if (bytes.buffer === buffer) {
    crc = exports.crcUpdate(crc, bytes.byteOffset, bytes.length);
  } else {
    const scratch: number = exports.SCRATCH.value;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const part = bytes.subarray(at, at + PIECE_BYTES);
      memory.set(part, scratch);
      crc = exports.crcUpdate(crc, scratch, part.length);
    }
  }
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * A cheap 64-bit mix of a subject (not a cryptographic one; assembly/subject.ts defines it). Sums of it, modulo
 * 2^64, tell whether two copies of a stream hold the same subjects. At most 1 MiB.
 */
export function subjectDigest(subject: Uint8Array): bigint {
  const { exports, bytes: memory } = kernels();
  const scratch: number = exports.SCRATCH.value;
  if (subject.length > exports.SCRATCH_BYTES.value) throw new RangeError('a subject has at most 1 MiB');
  memory.set(subject, scratch);
  return BigInt.asUintN(64, exports.subjectDigest(scratch, subject.length));
}

/** The lower half of a subject's digest: what finds it in a table. */
export function subjectHash(subject: Uint8Array): number {
  return Number(BigInt.asUintN(32, subjectDigest(subject)));
}

/** SHA-256, 32 bytes. Slower than the system's, but at hand; for what is small. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const { exports, bytes: memory } = kernels();
  const scratch: number = exports.SCRATCH.value;
  exports.sha256Start();
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += PIECE_BYTES) {
    const part = bytes.subarray(at, Math.min(at + PIECE_BYTES, whole));
    memory.set(part, scratch);
    exports.sha256Update(part.length);
  }
  memory.set(bytes.subarray(whole), scratch);
  exports.sha256Finish(bytes.length - whole, BigInt(bytes.length));
  return memory.slice(scratch, scratch + 32);
}
