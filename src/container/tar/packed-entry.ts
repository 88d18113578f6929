import { S2Encoder } from '../../codec/s2/encoder.ts';
import { tarFileHeader, tarPadding } from './write.ts';

/** Files this large are chunks of their own, so that they can be encoded apart; the smaller ones share chunks. */
const APART_BYTES = 64 * 1024;

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

/** Puts the chunks of a file that has chunks of its own into `target`; gives their length, or null for one that shares them. */
export function packEntry(path: string, bytes: Uint8Array, target: Uint8Array): number | null {
  if (!isApart(bytes.length)) return null;
  let lengthBytes = 0;
  const encoder = new S2Encoder(
    (chunk) => {
      target.set(chunk, lengthBytes);
      lengthBytes += chunk.length;
    },
    { continues: true },
  );
  encodeEntry(encoder, path, bytes);
  encoder.end();
  return lengthBytes;
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
