import type { Fault } from '../../findings/finding.ts';
import { s2DecodedLength } from '../../kernels/index.ts';
import {
  CHUNK_CRC_BYTES,
  CHUNK_HEADER_BYTES,
  CHUNK_TYPE,
  MAX_DECODED_BYTES,
  S2_IDENTIFIER,
} from './framing.ts';

/** Where chunks begin, one row for about 512 KiB of decoded bytes. */
export interface ChunkIndex {
  readonly encodedOffsets: Float64Array;
  readonly decodedOffsets: Float64Array;
  readonly encodedEndBytes: number;
  readonly decodedSizeBytes: number;
  /** Of chunks that are neither data nor the identifier: no server writes any, a damaged type makes one. */
  readonly skippedBytes: number;
  /** Only of a salvage: where it went past damage, ascending. */
  readonly gaps?: readonly (ChunkGap & { readonly decodedAt: number })[];
}

/** What a chunk header, and the first bytes behind it, tell. */
export interface ChunkHead {
  readonly type: number;
  /** Bytes of the body. */
  readonly bodyBytes: number;
  /** Bytes it decodes to; 0 for chunks without data. */
  readonly decodedBytes: number;
}

const ROW_BYTES = 512 * 1024;
/** Header, CRC and the longest uvarint of a decoded length. */
const HEAD_BYTES = CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES + 5;
const WINDOW_BYTES = 64 * 1024;
const FEW_ROWS = 256;

/** Fills `target` from an offset of the encoded bytes; gives how many bytes it filled, 0 at the end. */
export type Read = (target: Uint8Array, offsetBytes: number) => number;

/** A stretch of a framed stream whose chunk header cannot be trusted. */
export interface ChunkGap {
  readonly encodedAt: number;
  readonly encodedEnd: number;
  /** Type of the one chunk that fills it; null where it holds none that decodes. */
  readonly type: number | null;
  /** Bytes it stands for; a guess where `type` is null. */
  readonly decodedBytes: number;
  /** They are a guess, too: of a chunk that does not decode. */
  readonly isGuess?: true;
}

/** Looks at each chunk of a salvage: how to go on where its header cannot be trusted, null where it can. */
export type PassGap = (offsetBytes: number) => ChunkGap | null;

/**
 * Walks the chunk headers of a framed stream without decoding anything. Stops at the first chunk that cannot be
 * stepped over, unless `passGap` knows how to go on; what lies behind it is not part of the index.
 */
export function indexChunks(
  read: Read,
  sizeBytes: number,
  passGap: PassGap | null = null,
): { index: ChunkIndex; faults: Fault[] } {
  const heads = new HeadReader(read, sizeBytes);
  const rows = { encoded: [] as number[], decoded: [] as number[] };
  const faults: Fault[] = [];
  const gaps: (ChunkGap & { readonly decodedAt: number })[] = [];
  let offsetBytes = 0;
  let decodedBytes = 0;
  let skippedBytes = 0;
  while (offsetBytes < sizeBytes) {
    const step = stepOver(heads, offsetBytes, sizeBytes);
    if ('code' in step) faults.push(step);
    const gap = passGap?.(offsetBytes) ?? null;
    if ('code' in step && gap === null) break;
    if (gap !== null) gaps.push({ ...gap, decodedAt: decodedBytes });
    const head = gap ?? ('code' in step ? { decodedBytes: 0 } : step);
    const next = gap?.encodedEnd ?? ('code' in step ? sizeBytes : step.next);
    const lastRow = rows.decoded.at(-1);
    if (head.decodedBytes > 0 && (lastRow === undefined || decodedBytes - lastRow >= ROW_BYTES)) {
      rows.encoded.push(offsetBytes);
      rows.decoded.push(decodedBytes);
    }
    decodedBytes += head.decodedBytes;
    if (head.decodedBytes === 0 && next - offsetBytes !== S2_IDENTIFIER.length)
      skippedBytes += next - offsetBytes;
    offsetBytes = next;
  }
  return {
    index: {
      encodedOffsets: shared(rows.encoded),
      decodedOffsets: shared(rows.decoded),
      encodedEndBytes: offsetBytes,
      decodedSizeBytes: decodedBytes,
      skippedBytes,
      ...(passGap === null ? {} : { gaps }),
    },
    faults,
  };
}

function stepOver(
  heads: HeadReader,
  offsetBytes: number,
  sizeBytes: number,
): { readonly next: number; readonly decodedBytes: number } | Fault {
  const bytes = heads.at(offsetBytes, HEAD_BYTES);
  const head = readChunkHead(bytes, offsetBytes);
  if ('code' in head) {
    const expected = Number(head.data?.['length'] ?? 0);
    const isCut =
      head.code === 'S2_CHUNK_CORRUPT' && bytes.length < Math.min(HEAD_BYTES, CHUNK_HEADER_BYTES + expected);
    return isCut ? cutAt(offsetBytes, expected, sizeBytes) : head;
  }
  const next = offsetBytes + CHUNK_HEADER_BYTES + head.bodyBytes;
  if (next <= sizeBytes) return { next, decodedBytes: head.decodedBytes };
  return cutAt(offsetBytes, head.bodyBytes, sizeBytes);
}

function cutAt(offsetBytes: number, expected: number, sizeBytes: number): Fault {
  const remaining = sizeBytes - offsetBytes - CHUNK_HEADER_BYTES;
  return { code: 'S2_CUT', offsetBytes, data: { expected, remaining } };
}

/** Reads a chunk's first bytes; a fault where the chunk cannot be stepped over. `bytes` may be cut by the file's end. */
export function readChunkHead(bytes: Uint8Array, offsetBytes: number): ChunkHead | Fault {
  if (bytes.length < CHUNK_HEADER_BYTES)
    return { code: 'S2_CUT', offsetBytes, data: { expected: CHUNK_HEADER_BYTES, remaining: bytes.length } };
  const type = bytes[0] ?? 0;
  const bodyBytes = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8) | ((bytes[3] ?? 0) << 16);
  if (type > CHUNK_TYPE.raw && type < CHUNK_TYPE.firstSkippable)
    return { code: 'S2_CHUNK_UNKNOWN', offsetBytes, data: { type } };
  if (type > CHUNK_TYPE.raw) return { type, bodyBytes, decodedBytes: 0 };
  if (bodyBytes < CHUNK_CRC_BYTES)
    return { code: 'S2_CHUNK_CORRUPT', offsetBytes, data: { length: bodyBytes } };
  const body = bytes.subarray(CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES);
  const decodedBytes = type === CHUNK_TYPE.raw ? bodyBytes - CHUNK_CRC_BYTES : s2DecodedLength(body);
  if (decodedBytes < 0) return { code: 'S2_CHUNK_CORRUPT', offsetBytes, data: { length: bodyBytes } };
  if (decodedBytes > MAX_DECODED_BYTES)
    return {
      code: 'S2_CHUNK_OVERSIZED',
      offsetBytes,
      data: { claimed: decodedBytes, limit: MAX_DECODED_BYTES },
    };
  return { type, bodyBytes, decodedBytes };
}

/** Of one walk after the other: a store has thousands of blocks. */
const WINDOW = new Uint8Array(WINDOW_BYTES);

/** Reads a few bytes where chunks are long, and a window of many headers where they are short. */
class HeadReader {
  readonly #read: Read;
  readonly #sizeBytes: number;
  readonly #window = WINDOW;
  #from = 0;
  #filled = 0;

  constructor(read: Read, sizeBytes: number) {
    this.#read = read;
    this.#sizeBytes = sizeBytes;
  }

  at(offsetBytes: number, lengthBytes: number): Uint8Array {
    const wanted = Math.min(lengthBytes, this.#sizeBytes - offsetBytes);
    const isInside = offsetBytes >= this.#from && offsetBytes + wanted <= this.#from + this.#filled;
    if (!isInside) {
      const isNear = offsetBytes - (this.#from + this.#filled) < WINDOW_BYTES;
      const target = this.#window.subarray(0, isNear ? WINDOW_BYTES : 16);
      this.#from = offsetBytes;
      this.#filled = this.#read(target, offsetBytes);
    }
    const at = offsetBytes - this.#from;
    return this.#window.subarray(at, Math.min(at + wanted, this.#filled));
  }
}

/** Few values are cheaper to copy than to share. */
function shared(values: readonly number[]): Float64Array {
  if (values.length < FEW_ROWS) return Float64Array.from(values);
  const column = new Float64Array(new SharedArrayBuffer(8 * values.length));
  column.set(values);
  return column;
}
