import { CHUNK_CRC_BYTES, CHUNK_HEADER_BYTES, CHUNK_TYPE } from '../codec/s2/framing.ts';
import { readChunkHead } from '../codec/s2/index-chunks.ts';
import type { Fault } from '../findings/finding.ts';
import { crc32cMasked, decodeS2Input, decodeS2InputPart, s2InputWindow } from '../kernels/index.ts';
import type { ByteSource, S2IndexColumns, SourceDescriptor } from '../source/byte-source.ts';

/** Buffers of closed sources: a thread that scans thousands of blocks needs one. */
const spareBuffers: Uint8Array[] = [];
const NO_BYTES = new Uint8Array(0);

type Gap = NonNullable<S2IndexColumns['gaps']>[number];

interface Chunk {
  readonly encodedAt: number;
  readonly nextAt: number;
  readonly decodedAt: number;
  readonly decodedBytes: number;
  /** null: a gap. */
  readonly type: number | null;
  readonly bodyBytes: number;
}

/**
 * The decoded bytes of an S2 framed stream, by random access. Damage does not stop a read: a chunk that cannot be decoded
 * reads as zeros, one whose checksum does not fit reads as it decodes; `faults` tells each once, by encoded offset.
 */
export class S2Source implements ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly faults: Fault[] = [];
  readonly #of: ByteSource;
  readonly #index: S2IndexColumns;
  readonly #damaged = new Set<number>();
  readonly #gaps: ReadonlyMap<number, Gap>;
  #chunk: Chunk | null = null;
  #content: Uint8Array = spareBuffers.pop() ?? new Uint8Array(1024 * 1024);

  constructor(of: ByteSource, index: S2IndexColumns) {
    this.#of = of;
    this.#index = index;
    this.#gaps = new Map((index.gaps ?? []).map((gap) => [gap.encodedAt, gap]));
    this.sizeBytes = index.decodedSizeBytes;
    this.descriptor = { kind: 's2', of: of.descriptor, index };
  }

  read(target: Uint8Array, offsetBytes: number): number {
    let done = 0;
    while (done < target.length && offsetBytes + done < this.sizeBytes) {
      const chunk = this.#chunkAt(offsetBytes + done);
      if (chunk === null) break;
      const from = offsetBytes + done - chunk.decodedAt;
      const part = this.#content.subarray(from, Math.min(chunk.decodedBytes, from + target.length - done));
      target.set(part, done);
      done += part.length;
    }
    return done;
  }

  close(): void {
    this.#of.close();
    if (this.#chunk !== null) spareBuffers.push(this.#content);
    this.#chunk = null;
    this.#content = NO_BYTES;
  }

  /** Makes the chunk that holds a decoded offset the current one. */
  #chunkAt(decodedOffset: number): Chunk | null {
    const current = this.#chunk;
    if (current !== null && decodedOffset >= current.decodedAt) {
      if (decodedOffset < current.decodedAt + current.decodedBytes) return current;
      if (decodedOffset < current.decodedAt + current.decodedBytes + 8 * 1024 * 1024)
        return this.#walkTo(decodedOffset, current.nextAt, current.decodedAt + current.decodedBytes);
    }
    const row = rowBefore(this.#index.decodedOffsets, decodedOffset);
    return this.#walkTo(
      decodedOffset,
      this.#index.encodedOffsets[row] ?? 0,
      this.#index.decodedOffsets[row] ?? 0,
    );
  }

  #walkTo(decodedOffset: number, encodedFrom: number, decodedFrom: number): Chunk | null {
    const head = new Uint8Array(16);
    let encodedAt = encodedFrom;
    let decodedAt = decodedFrom;
    while (encodedAt < this.#index.encodedEndBytes) {
      const gap = this.#gaps.get(encodedAt);
      const filled = gap === undefined ? this.#of.read(head, encodedAt) : 0;
      const found = gap === undefined ? readChunkHead(head.subarray(0, filled), encodedAt) : headOfGap(gap);
      if ('code' in found) return null;
      const nextAt = encodedAt + CHUNK_HEADER_BYTES + found.bodyBytes;
      if (decodedOffset < decodedAt + found.decodedBytes) {
        const chunk = { encodedAt, nextAt, decodedAt, ...found };
        this.#decode(chunk);
        this.#chunk = chunk;
        return chunk;
      }
      decodedAt += found.decodedBytes;
      encodedAt = nextAt;
    }
    return null;
  }

  #decode(chunk: Chunk): void {
    if (this.#content.length < chunk.decodedBytes) this.#content = new Uint8Array(chunk.decodedBytes);
    const lengthBytes = chunk.type === null ? 0 : Math.max(0, chunk.bodyBytes - CHUNK_CRC_BYTES);
    const crc = new Uint8Array(CHUNK_CRC_BYTES);
    this.#of.read(crc, chunk.encodedAt + CHUNK_HEADER_BYTES);
    const input = s2InputWindow(lengthBytes);
    this.#of.read(input, chunk.encodedAt + CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES);
    const corrupt: Fault = {
      code: 'S2_CHUNK_CORRUPT',
      offsetBytes: chunk.encodedAt,
      lengthBytes: chunk.bodyBytes + 4,
    };
    const decoded = this.#decodeInput(chunk, input);
    if (decoded === null) {
      this.#content.fill(0, 0, chunk.decodedBytes);
      this.#report(chunk, corrupt);
      return;
    }
    const expected = new DataView(crc.buffer).getUint32(0, true);
    if (decoded.length < chunk.decodedBytes) this.#content.fill(0, decoded.length, chunk.decodedBytes);
    if (crc32cMasked(decoded) !== expected)
      this.#report(chunk, {
        code: 'S2_CRC_MISMATCH',
        offsetBytes: chunk.encodedAt,
        lengthBytes: chunk.bodyBytes + 4,
      });
    this.#content.set(decoded);
  }

  /** A salvage takes what decodes of a damaged chunk: its records have checksums of their own. */
  #decodeInput(chunk: Chunk, input: Uint8Array): Uint8Array | null {
    if (chunk.type === null) return null;
    if (chunk.type === CHUNK_TYPE.raw) return input.subarray(0, chunk.decodedBytes);
    const decoded = decodeS2Input(input.length);
    if (decoded !== null && decoded.length === chunk.decodedBytes) return decoded;
    return this.#index.gaps === undefined ? decoded : decodeS2InputPart(input.length, chunk.decodedBytes);
  }

  #report(chunk: Chunk, fault: Fault): void {
    if (this.#damaged.has(chunk.encodedAt)) return;
    this.#damaged.add(chunk.encodedAt);
    const data = { decoded_offset: chunk.decodedAt, decoded_length: chunk.decodedBytes };
    this.faults.push({ ...fault, data });
  }
}

function headOfGap(gap: Gap): { type: number | null; bodyBytes: number; decodedBytes: number } {
  const { type, decodedBytes } = gap;
  return { type, decodedBytes, bodyBytes: gap.encodedEnd - gap.encodedAt - CHUNK_HEADER_BYTES };
}

/** The last row that begins at or before an offset; 0 where none does. */
function rowBefore(offsets: Float64Array, offset: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
