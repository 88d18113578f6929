import { CHUNK_HEADER_BYTES } from '../codec/s2/framing.ts';
import type { Fault } from '../findings/finding.ts';
import { crc32cMasked } from '../kernels/index.ts';
import type { Chunk } from './s2-chunk-finder.ts';

/** Decoded bytes of a chunk, or of its beginning. */
export interface Held {
  readonly chunk: Chunk;
  readonly content: Uint8Array;
  readonly fault: Fault | null;
  /** Whether all of it was decoded and its checksum compared. */
  readonly isChecked: boolean;
}

/** What a chunk decoded to, compared with its checksum; null: it could not be decoded and reads as zeros. */
export function heldOf(chunk: Chunk, content: Uint8Array | null, sum: number): Held {
  if (content === null)
    return {
      chunk,
      content: new Uint8Array(chunk.decodedBytes),
      fault: faultOf('S2_CHUNK_CORRUPT', chunk),
      isChecked: true,
    };
  const isSound = crc32cMasked(content) === sum;
  const rest = chunk.decodedBytes - content.length;
  if (rest > 0) content = Buffer.concat([content, new Uint8Array(rest)]);
  return { chunk, content, fault: isSound ? null : faultOf('S2_CRC_MISMATCH', chunk), isChecked: true };
}

function faultOf(code: 'S2_CHUNK_CORRUPT' | 'S2_CRC_MISMATCH', chunk: Chunk): Fault {
  return {
    code,
    offsetBytes: chunk.encodedAt,
    lengthBytes: chunk.bodyBytes + CHUNK_HEADER_BYTES,
    data: { decoded_offset: chunk.decodedAt, decoded_length: chunk.decodedBytes },
  };
}
