import { CHUNK_BYTES, chunksHold, putAmended, putChunk, putEncoded } from '../../codec/s2/chunk.ts';
import type { S2Encoder } from '../../codec/s2/encoder.ts';
import { surroundRewritten } from '../../kernels/index.ts';
import type { EncodedChunk } from '../s2-source.ts';
import { tarFileHeader, tarPadding } from './write.ts';

/** Files this large are chunks of their own, so that they can be encoded apart; the smaller ones share chunks. */
const APART_BYTES = 64 * 1024;

/** A shorter chunk is encoded anew: there is room for so many. */
const LEAST_TAKEN_BYTES = 256 * 1024;

/** Chunks that a file was made of, ascending. */
export interface EncodedFile {
  readonly chunks: Iterable<EncodedChunk>;
  /** The file holds the same bytes; else some of them changed where they lie. */
  readonly isSame: boolean;
}

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
 * file is the first bytes of `rewriteWindow`; `encoded`: what of it was encoded before, which is taken as it is or amended.
 */
export function packEntry(
  path: string,
  lengthBytes: number,
  target: Uint8Array,
  encoded: EncodedFile,
): PackedEntry | null {
  if (!isApart(lengthBytes)) return null;
  const head = tarFileHeader(path, lengthBytes);
  const entry = surroundRewritten(head, lengthBytes, tarPadding(lengthBytes));
  let doneBytes = 0;
  let packedBytes = 0;
  const encodeUntil = (endBytes: number): void => {
    while (doneBytes < endBytes) {
      const raw = entry.subarray(doneBytes, Math.min(doneBytes + CHUNK_BYTES, endBytes));
      packedBytes += putChunk(raw, target, packedBytes);
      doneBytes += raw.length;
    }
  };
  for (const { fromBytes, lengthBytes: chunkBytes, block } of encoded.chunks) {
    const chunkAt = head.length + fromBytes;
    const from = Math.max(chunkAt, 0);
    const raw = entry.subarray(from, chunkAt + chunkBytes);
    if (raw.length < LEAST_TAKEN_BYTES || raw.length > CHUNK_BYTES) continue;
    encodeUntil(from);
    const isWhole = fromBytes >= 0 && fromBytes + chunkBytes <= lengthBytes;
    const before = { block: block(), decodedBytes: chunkBytes, skipBytes: from - chunkAt };
    const takenBytes =
      encoded.isSame && isWhole
        ? putEncoded(before.block, raw, target, packedBytes)
        : putAmended(before, raw, target, packedBytes);
    if (takenBytes === null) continue;
    packedBytes += takenBytes;
    doneBytes += raw.length;
  }
  encodeUntil(entry.length);
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
