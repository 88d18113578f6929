import { ByteWriter } from '../../core/bytes/byte-writer.ts';
import { S2Encoder } from '../../codec/s2/encoder.ts';
import { tarFileHeader, tarPadding } from './write.ts';

/** Files this large are chunks of their own, so that they can be encoded apart; the smaller ones share chunks. */
const APART_BYTES = 64 * 1024;

/** Used again for each file: the memory would pile up before it is tidied away. */
const chunks = new ByteWriter();

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

/** The chunks of a file that has chunks of its own; null for one that shares them with its neighbours. */
export function packEntry(path: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> | null {
  if (!isApart(bytes.length)) return null;
  chunks.clear();
  const encoder = new S2Encoder((chunk) => chunks.bytes(chunk), { continues: true });
  encodeEntry(encoder, path, bytes);
  encoder.end();
  return chunks.written.slice();
}
