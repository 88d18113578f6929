import { CHUNK_BYTES, chunksHold, putChunk } from '../../codec/s2/chunk.ts';
import type { S2Encoder } from '../../codec/s2/encoder.ts';
import { surroundRewritten } from '../../kernels/index.ts';
import { tarFileHeader, tarPadding } from './write.ts';

/** Files this large are chunks of their own, so that they can be encoded apart; the smaller ones share chunks. */
const APART_BYTES = 64 * 1024;

/** What a file became. */
export interface PackedEntry {
  readonly packedBytes: number;
  /** The chunks decode to what they were made of. */
  readonly isProven: boolean;
}

/** Whether a file of a snapshot has S2 chunks of its own. */
export function isApart(lengthBytes: number): boolean {
  return lengthBytes >= APART_BYTES;
}

/** Writes a tar entry: header, bytes, padding. */
export function encodeEntry(encoder: S2Encoder, path: string, bytes: Uint8Array): void {
  encoder.write(tarFileHeader(path, bytes.length));
  encoder.write(bytes);
  encoder.write(tarPadding(bytes.length));
}

/**
 * Puts the chunks of a file that has chunks of its own into `target`; gives their length, or null for one that shares them. The
 * file is the first bytes of `rewriteWindow`.
 */
export function packEntry(path: string, lengthBytes: number, target: Uint8Array): PackedEntry | null {
  if (!isApart(lengthBytes)) return null;
  const entry = surroundRewritten(tarFileHeader(path, lengthBytes), lengthBytes, tarPadding(lengthBytes));
  let packedBytes = 0;
  for (let at = 0; at < entry.length; at += CHUNK_BYTES)
    packedBytes += putChunk(entry.subarray(at, at + CHUNK_BYTES), target, packedBytes);
  return { packedBytes, isProven: chunksHold(target.subarray(0, packedBytes), entry) };
}

/** Bytes of a tar entry in front of the file's own, and in all. */
export function entrySizes(
  path: string,
  sizeBytes: number,
): { readonly headBytes: number; readonly allBytes: number } {
  const headBytes = tarFileHeader(path, sizeBytes).length;
  return { headBytes, allBytes: headBytes + sizeBytes + tarPadding(sizeBytes).length };
}

/** Room that `packEntry` needs for a file of this size: its tar entry, and what chunks add where nothing gets smaller. */
export function packedRoom(sizeBytes: number): number {
  return sizeBytes + 4096 + 16 * Math.ceil((sizeBytes + 4096) / (1024 * 1024));
}
