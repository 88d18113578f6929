import { crc32cMasked, encodeS2Block } from '../../src/kernels/index.ts';
import { indexChunks } from '../../src/codec/s2/index-chunks.ts';
import { S2Source } from '../../src/container/s2-source.ts';
import type { ByteSource } from '../../src/source/byte-source.ts';
import { MemorySource } from '../../src/source/memory.ts';

export const IDENTIFIER = Buffer.from([0xff, 6, 0, 0, ...Buffer.from('S2sTwO')]);

/** One chunk of an S2 stream: type, length, body. */
export function chunk(type: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(body.length << 8);
  head[0] = type;
  return Buffer.concat([head, body]);
}

/** Bytes as an S2 stream of uncompressed chunks, which every server reads. */
export function framed(bytes: Uint8Array, chunkBytes = 1 << 20): Buffer {
  const chunks: Uint8Array[] = [IDENTIFIER];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32cMasked(part));
    chunks.push(chunk(1, Buffer.concat([crc, part])));
  }
  return Buffer.concat(chunks);
}

/** An S2 stream as a source of what it decodes to. */
export function decodedSource(encoded: ByteSource): S2Source {
  const { index } = indexChunks((target, at) => encoded.read(target, at), encoded.sizeBytes);
  return new S2Source(encoded, index);
}

/** What an undamaged S2 stream decodes to. */
export function unframed(bytes: Uint8Array): Buffer {
  const decoded = decodedSource(new MemorySource(bytes));
  const out = Buffer.alloc(decoded.sizeBytes);
  decoded.read(out, 0);
  return out;
}

/** Bytes as an S2 stream of chunks that decode to `chunkBytes`, compressed where that makes them smaller. */
export function packedInChunks(bytes: Uint8Array, chunkBytes: number): Buffer {
  const chunks: Uint8Array[] = [IDENTIFIER];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32cMasked(part));
    const packed = encodeS2Block(part);
    chunks.push(chunk(packed === null ? 1 : 0, Buffer.concat([crc, packed ?? part])));
  }
  return Buffer.concat(chunks);
}

/** Offsets of the chunks in an S2 stream. */
export function chunkOffsets(bytes: Uint8Array): number[] {
  const offsets: number[] = [];
  for (
    let at = 0;
    at < bytes.length;
    at += 4 + ((bytes[at + 1] ?? 0) | ((bytes[at + 2] ?? 0) << 8) | ((bytes[at + 3] ?? 0) << 16))
  )
    offsets.push(at);
  return offsets;
}
