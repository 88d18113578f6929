import { firstThat } from '../core/first-that.ts';
import { CHUNK_HEADER_BYTES } from '../codec/s2/framing.ts';
import { readChunkHead } from '../codec/s2/index-chunks.ts';
import type { ByteSource, S2IndexColumns } from '../source/byte-source.ts';

/** Chunks this far ahead are found by walking on. */
const WALK_BYTES = 8 * 1024 * 1024;

type Gap = NonNullable<S2IndexColumns['gaps']>[number];

/** A chunk with content: where it lies, encoded and decoded. */
export interface Chunk {
  readonly encodedAt: number;
  readonly nextAt: number;
  readonly decodedAt: number;
  readonly decodedBytes: number;
  /** null: a gap. */
  readonly type: number | null;
  readonly bodyBytes: number;
}

/** Finds the chunks of an S2 stream by the offsets of what they decode to. */
export class ChunkFinder {
  readonly #of: ByteSource;
  readonly #index: S2IndexColumns;
  readonly #gaps: ReadonlyMap<number, Gap>;

  constructor(of: ByteSource, index: S2IndexColumns) {
    this.#of = of;
    this.#index = index;
    this.#gaps = new Map((index.gaps ?? []).map((gap) => [gap.encodedAt, gap]));
  }

  /** The chunk that holds a decoded offset; null where there is none. `last`: one that may lie before it. */
  find(decodedOffset: number, last: Chunk | undefined): Chunk | null {
    const lastEnd = last === undefined ? Infinity : last.decodedAt + last.decodedBytes;
    const isAhead = decodedOffset >= lastEnd && decodedOffset < lastEnd + WALK_BYTES;
    const row = rowBefore(this.#index.decodedOffsets, decodedOffset);
    let chunk =
      isAhead && last !== undefined
        ? this.chunkFrom(last.nextAt, lastEnd)
        : this.chunkFrom(this.#index.encodedOffsets[row] ?? 0, this.#index.decodedOffsets[row] ?? 0);
    while (chunk !== null && decodedOffset >= chunk.decodedAt + chunk.decodedBytes)
      chunk = this.chunkFrom(chunk.nextAt, chunk.decodedAt + chunk.decodedBytes);
    return chunk;
  }

  /** The first chunk with content from an encoded offset on. */
  chunkFrom(encodedFrom: number, decodedAt: number): Chunk | null {
    const head = new Uint8Array(16);
    let encodedAt = encodedFrom;
    while (encodedAt < this.#index.encodedEndBytes) {
      const gap = this.#gaps.get(encodedAt);
      const filled = gap === undefined ? this.#of.read(head, encodedAt) : 0;
      const found = gap === undefined ? readChunkHead(head.subarray(0, filled), encodedAt) : headOfGap(gap);
      if ('code' in found) return null;
      const nextAt = encodedAt + CHUNK_HEADER_BYTES + found.bodyBytes;
      if (found.decodedBytes > 0) return { encodedAt, nextAt, decodedAt, ...found };
      encodedAt = nextAt;
    }
    return null;
  }
}

function headOfGap(gap: Gap): { type: number | null; bodyBytes: number; decodedBytes: number } {
  const { type, decodedBytes } = gap;
  return { type, decodedBytes, bodyBytes: gap.encodedEnd - gap.encodedAt - CHUNK_HEADER_BYTES };
}

/** The last row that begins at or before an offset; 0 where none does. */
function rowBefore(offsets: Float64Array, offset: number): number {
  return Math.max(0, firstThat(offsets, (begin) => begin > offset) - 1);
}
