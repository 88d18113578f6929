import { CHUNK_CRC_BYTES, CHUNK_HEADER_BYTES, CHUNK_TYPE } from '../codec/s2/framing.ts';
import { readChunkHead } from '../codec/s2/index-chunks.ts';
import type { Fault } from '../findings/finding.ts';
import { crc32cMasked, decodeS2Pair, decodeS2Start, decodeS2Input, s2InputWindow } from '../kernels/index.ts';
import type { ByteSource, S2IndexColumns, SourceDescriptor } from '../source/byte-source.ts';
import { SliceSource } from '../source/slice.ts';

/** Reads of no more than this, here and there (headers of a tar), do not decode whole chunks. */
const PEEK_BYTES = 4096;
/** Who reads this much at once goes on reading. */
const LONG_READ_BYTES = 64 * 1024;
/** Chunks this far ahead are found by walking on. */
const WALK_BYTES = 8 * 1024 * 1024;

interface Chunk {
  readonly encodedAt: number;
  readonly nextAt: number;
  readonly decodedAt: number;
  readonly decodedBytes: number;
  readonly type: number;
  readonly bodyBytes: number;
}

/** Decoded bytes of a chunk, or of its beginning. */
interface Held {
  readonly chunk: Chunk;
  readonly content: Uint8Array;
  readonly fault: Fault | null;
  /** Whether all of it was decoded and its checksum compared. */
  readonly isChecked: boolean;
}

/** Whose chunks lie in this thread's kernel memory, where the next decoding will overwrite them. */
const kernelMemory: { tenant: S2Source | null } = { tenant: null };

/**
 * The decoded bytes of an S2 framed stream, by random access. Damage does not stop a read: a chunk that cannot be decoded
 * reads as zeros, one whose checksum does not fit reads as it decodes; `faults` tells each once, by encoded offset.
 */
export class S2Source implements ByteSource {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly faults: Fault[] = [];
  /** Decoded offsets from, to of the chunks that were read and checked; adjoining ones joined. */
  readonly checked: number[] = [];
  readonly #of: ByteSource;
  readonly #index: S2IndexColumns;
  readonly #endBytes: number;
  readonly #isNested: boolean;
  readonly #damaged = new Set<number>();
  #held: readonly Held[] = [];
  #isClosed = false;

  /** Chunks that begin at `endBytes` (decoded) or behind are not expected to be read. */
  constructor(of: ByteSource, index: S2IndexColumns, endBytes: number = index.decodedSizeBytes) {
    this.#of = of;
    this.#index = index;
    this.#endBytes = endBytes;
    this.#isNested = isDecoded(of);
    this.sizeBytes = index.decodedSizeBytes;
    this.descriptor = { kind: 's2', of: of.descriptor, index };
    const { tenant } = kernelMemory;
    if (tenant === null || !tenant.isOf(index)) return;
    this.#held = tenant.#handOver();
    kernelMemory.tenant = this;
  }

  /** Whether it decodes the stream that an index was made of. */
  isOf(index: S2IndexColumns): boolean {
    return this.#index === index;
  }

  read(target: Uint8Array, offsetBytes: number): number {
    let done = 0;
    while (done < target.length && offsetBytes + done < this.sizeBytes) {
      const held = this.#holding(offsetBytes + done, target.length - done);
      if (held === null) break;
      const from = offsetBytes + done - held.chunk.decodedAt;
      const part = held.content.subarray(from, from + target.length - done);
      target.set(part, done);
      done += part.length;
    }
    return done;
  }

  close(): void {
    this.#of.close();
    this.release();
  }

  /** Nothing more will be read: what is decoded need not be kept. The source below stays open. */
  release(): void {
    this.#isClosed = true;
  }

  #holding(offsetBytes: number, wantedBytes: number): Held | null {
    const covers = ({ chunk, content }: Held): boolean =>
      offsetBytes >= chunk.decodedAt && offsetBytes < chunk.decodedAt + content.length;
    if (!this.#held.some(covers)) this.#load(offsetBytes, wantedBytes);
    const held = this.#held.find(covers) ?? null;
    if (held !== null) this.#report(held);
    return held;
  }

  /** Decodes the chunk that holds a decoded offset; with it the next one, where that will be read too. */
  #load(offsetBytes: number, wantedBytes: number): void {
    const before = this.#held.at(-1);
    const chunk = this.#find(offsetBytes);
    if (chunk === null) return;
    const isKnown = this.#held.some((held) => held.chunk.encodedAt === chunk.encodedAt);
    const untilBytes = offsetBytes + wantedBytes - chunk.decodedAt;
    if (wantedBytes <= PEEK_BYTES && !isKnown && untilBytes < chunk.decodedBytes)
      if (this.#peek(chunk, untilBytes)) return;
    const goesOn = wantedBytes >= LONG_READ_BYTES || before?.chunk.nextAt === chunk.encodedAt;
    const next = goesOn ? this.#chunkFrom(chunk.nextAt, chunk.decodedAt + chunk.decodedBytes) : null;
    const isPair = chunk.type === CHUNK_TYPE.compressed && next?.type === CHUNK_TYPE.compressed;
    if (isPair && next.decodedAt < this.#endBytes) this.#decodePair(chunk, next);
    else this.#decode(chunk);
  }

  #find(decodedOffset: number): Chunk | null {
    const last = this.#held.at(-1)?.chunk;
    const lastEnd = last === undefined ? Infinity : last.decodedAt + last.decodedBytes;
    const isAhead = decodedOffset >= lastEnd && decodedOffset < lastEnd + WALK_BYTES;
    const row = rowBefore(this.#index.decodedOffsets, decodedOffset);
    let chunk =
      isAhead && last !== undefined
        ? this.#chunkFrom(last.nextAt, lastEnd)
        : this.#chunkFrom(this.#index.encodedOffsets[row] ?? 0, this.#index.decodedOffsets[row] ?? 0);
    while (chunk !== null && decodedOffset >= chunk.decodedAt + chunk.decodedBytes)
      chunk = this.#chunkFrom(chunk.nextAt, chunk.decodedAt + chunk.decodedBytes);
    return chunk;
  }

  /** The first chunk with content from an encoded offset on. */
  #chunkFrom(encodedFrom: number, decodedAt: number): Chunk | null {
    const head = new Uint8Array(16);
    let encodedAt = encodedFrom;
    while (encodedAt < this.#index.encodedEndBytes) {
      const filled = this.#of.read(head, encodedAt);
      const found = readChunkHead(head.subarray(0, filled), encodedAt);
      if ('code' in found) return null;
      const nextAt = encodedAt + CHUNK_HEADER_BYTES + found.bodyBytes;
      if (found.decodedBytes > 0) return { encodedAt, nextAt, decodedAt, ...found };
      encodedAt = nextAt;
    }
    return null;
  }

  /** Decodes no more of a chunk than its first bytes, unchecked; false where that cannot be done. */
  #peek(chunk: Chunk, untilBytes: number): boolean {
    if (chunk.type !== CHUNK_TYPE.compressed) return false;
    this.#fill([chunk]);
    const content = decodeS2Start(chunk.bodyBytes - CHUNK_CRC_BYTES, untilBytes);
    if (content === null || content.length < untilBytes) return false;
    this.#held = [{ chunk, content, fault: null, isChecked: false }];
    return true;
  }

  #decode(chunk: Chunk): void {
    const [sum = 0] = this.#fill([chunk]);
    const lengthBytes = chunk.bodyBytes - CHUNK_CRC_BYTES;
    const isRaw = chunk.type === CHUNK_TYPE.raw;
    const content = isRaw ? s2InputWindow(lengthBytes) : decodeS2Input(lengthBytes);
    this.#held = [heldOf(chunk, content, sum)];
  }

  #decodePair(first: Chunk, second: Chunk): void {
    const [firstSum = 0, secondSum = 0] = this.#fill([first, second]);
    const contents = decodeS2Pair(first.bodyBytes - CHUNK_CRC_BYTES, second.bodyBytes - CHUNK_CRC_BYTES);
    this.#held = [heldOf(first, contents[0], firstSum), heldOf(second, contents[1], secondSum)];
  }

  /** Puts encoded chunks where the kernels read them, and gives their checksums. */
  #fill(chunks: readonly Chunk[]): number[] {
    const sum = new Uint8Array(CHUNK_CRC_BYTES);
    // Reading from a stream that is decoded itself needs the kernel memory for that.
    const bodies = chunks.map(({ encodedAt, bodyBytes }) => {
      if (!this.#isNested) return null;
      const body = new Uint8Array(bodyBytes);
      this.#of.read(body, encodedAt + CHUNK_HEADER_BYTES);
      return body;
    });
    this.#moveIn();
    this.#held = [];
    return chunks.map(({ encodedAt, bodyBytes }, i) => {
      const window = s2InputWindow(bodyBytes - CHUNK_CRC_BYTES, i === 0 ? 'first' : 'second');
      const body = bodies[i];
      if (body !== null && body !== undefined) {
        sum.set(body.subarray(0, CHUNK_CRC_BYTES));
        window.set(body.subarray(CHUNK_CRC_BYTES));
      } else {
        this.#of.read(sum, encodedAt + CHUNK_HEADER_BYTES);
        this.#of.read(window, encodedAt + CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES);
      }
      return new DataView(sum.buffer).getUint32(0, true);
    });
  }

  /** Takes the kernel memory; whoever had it keeps a copy of what it still needs. */
  #moveIn(): void {
    const before = kernelMemory.tenant;
    kernelMemory.tenant = this;
    if (before === null || before === this) return;
    const kept = before.#isClosed ? [] : before.#held;
    before.#held = kept.map((held) => ({ ...held, content: held.content.slice() }));
  }

  #handOver(): readonly Held[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }

  #report({ chunk, fault, isChecked }: Held): void {
    if (fault !== null && !this.#damaged.has(chunk.encodedAt)) {
      this.#damaged.add(chunk.encodedAt);
      this.faults.push(fault);
    }
    const endBytes = chunk.decodedAt + chunk.decodedBytes;
    const lastEnd = this.checked.at(-1);
    if (!isChecked || lastEnd === endBytes) return;
    if (lastEnd === chunk.decodedAt) this.checked[this.checked.length - 1] = endBytes;
    else this.checked.push(chunk.decodedAt, endBytes);
  }
}

function heldOf(chunk: Chunk, content: Uint8Array | null, sum: number): Held {
  if (content === null)
    return {
      chunk,
      content: new Uint8Array(chunk.decodedBytes),
      fault: faultOf('S2_CHUNK_CORRUPT', chunk),
      isChecked: true,
    };
  const isSound = crc32cMasked(content) === sum;
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

function isDecoded(source: ByteSource): boolean {
  return source instanceof S2Source || (source instanceof SliceSource && isDecoded(source.of));
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
