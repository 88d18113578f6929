import { kernel, place } from './instance.ts';
import { LAYOUT } from './memory-layout.ts';

const PIECE_BYTES = 1024 * 1024;

/** HighwayHash-64 of any number of bytes with a 32-byte key; 8 bytes, low byte first. (format.md 12.4) */
export function highwayHash64(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const { exports } = kernel();
  useHashKey(key);
  exports.beginStream();
  let at = 0;
  for (; bytes.length - at > PIECE_BYTES; at += PIECE_BYTES)
    exports.hashPiece(place(bytes.subarray(at, at + PIECE_BYTES)), PIECE_BYTES, 0);
  const sum = exports.hashPiece(place(bytes.subarray(at)), bytes.length - at, 1);
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt.asUintN(64, sum), true);
  return out;
}

/** Makes a key the one that sums and scans use from now on. */
export function useHashKey(key: Uint8Array): void {
  const { exports, bytes } = kernel();
  bytes.set(key.subarray(0, 32), LAYOUT.state + 0x400);
  exports.setKey(LAYOUT.state + 0x400);
}

/** Masked CRC-32C as the S2 and Snappy framing has it (format.md 12.2). */
export function crc32cMasked(bytes: Uint8Array): number {
  const { exports } = kernel();
  let crc = 0xffffffff;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    crc = exports.crc32c(crc, place(piece), piece.length);
  }
  const plain = ~crc >>> 0;
  return (((plain >>> 15) | (plain << 17)) + 0xa282ead8) >>> 0;
}

/** A 64-bit mix of a subject, for sums over the messages of a stream: equal multisets of subjects have equal sums. */
export function subjectDigest(subject: Uint8Array): bigint {
  return BigInt.asUintN(64, kernel().exports.digest(place(subject), subject.length));
}
