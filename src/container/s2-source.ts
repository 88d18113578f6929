import { CHUNK_CRC_BYTES, CHUNK_HEADER_BYTES, CHUNK_TYPE } from '../codec/s2/framing.ts';
import type { Fault } from '../findings/finding.ts';
import {
  decodeS2Input,
  decodeS2InputPart,
  decodeS2Pair,
  decodeS2Start,
  s2InputWindow,
  s2PairFits,
  s2Turn,
} from '../kernels/index.ts';
import type { ByteSource, S2IndexColumns, SourceDescriptor } from '../source/byte-source.ts';
import { SliceSource } from '../source/slice.ts';
import { ChunkFinder, type Chunk } from './s2-chunk-finder.ts';
import { heldOf, type Held } from './s2-held.ts';

/** Reads of no more than this, here and there (headers of a tar), do not decode whole chunks. */
const PEEK_BYTES = 4096;
/** What follows a header of a tar (its extensions, the next header) is decoded with it. */
const PEEK_AHEAD_BYTES = 4096;
/** An encoded chunk begins with a checksum and a length, and may be a little longer than what it decodes to. */
const ENCODED_MORE_BYTES = 1024;
/** Who reads this much at once goes on reading. */
const LONG_READ_BYTES = 64 * 1024;

/** A compressed chunk of which some lies in a stretch of decoded bytes. */
export interface EncodedChunk {
  /** From the beginning of the stretch; may lie before it. */
  readonly fromBytes: number;
  readonly lengthBytes: number;
  /** The block in it, as it is encoded: a view, valid until the next reading or decoding. */
  readonly block: () => Uint8Array;
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
  readonly #finder: ChunkFinder;
  readonly #damaged = new Set<number>();
  #held: readonly Held[] = [];
  #isClosed = false;
  /** When what is held was decoded. */
  #turn = -1;

  /** Chunks that begin at `endBytes` (decoded) or behind are not expected to be read. */
  constructor(of: ByteSource, index: S2IndexColumns, endBytes: number = index.decodedSizeBytes) {
    this.#of = of;
    this.#index = index;
    this.#finder = new ChunkFinder(of, index);
    this.#endBytes = endBytes;
    this.#isNested = isDecoded(of);
    this.sizeBytes = index.decodedSizeBytes;
    this.descriptor = { kind: 's2', of: of.descriptor, index };
    const { tenant } = kernelMemory;
    if (tenant === null || !tenant.isOf(index)) return;
    this.#held = tenant.#handOver();
    this.#turn = s2Turn();
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

  lend(offsetBytes: number, mostBytes: number): Uint8Array {
    const held = offsetBytes < this.sizeBytes && mostBytes > 0 ? this.#holding(offsetBytes, mostBytes) : null;
    if (held === null) return new Uint8Array(0);
    const from = offsetBytes - held.chunk.decodedAt;
    return held.content.subarray(from, from + mostBytes);
  }

  close(): void {
    this.#of.close();
    this.release();
  }

  /** The compressed chunks that hold bytes of a stretch; none of a salvage. */
  *encodedChunks(offsetBytes: number, lengthBytes: number): Generator<EncodedChunk> {
    if (this.#index.gaps !== undefined) return;
    const endBytes = offsetBytes + lengthBytes;
    let chunk = this.#finder.find(offsetBytes, undefined);
    while (chunk !== null && chunk.decodedAt < endBytes) {
      const whole = chunk;
      if (chunk.type === CHUNK_TYPE.compressed)
        yield {
          fromBytes: chunk.decodedAt - offsetBytes,
          lengthBytes: chunk.decodedBytes,
          block: () => {
            this.#fill([whole]);
            return s2InputWindow(whole.bodyBytes - CHUNK_CRC_BYTES);
          },
        };
      chunk = this.#finder.chunkFrom(chunk.nextAt, chunk.decodedAt + chunk.decodedBytes);
    }
  }

  /** Nothing more will be read: what is decoded need not be kept. The source below stays open. */
  release(): void {
    this.#isClosed = true;
  }

  #holding(offsetBytes: number, wantedBytes: number): Held | null {
    const covers = ({ chunk, content }: Held): boolean =>
      offsetBytes >= chunk.decodedAt && offsetBytes < chunk.decodedAt + content.length;
    this.#dropStale();
    if (!this.#held.some(covers)) {
      this.#load(offsetBytes, wantedBytes);
      this.#turn = s2Turn();
    }
    const held = this.#held.find(covers) ?? null;
    if (held !== null) this.#report(held);
    return held;
  }

  /** Decodes the chunk that holds a decoded offset; with it the next one, where that will be read too. */
  #load(offsetBytes: number, wantedBytes: number): void {
    const before = this.#held.at(-1);
    const chunk = this.#finder.find(offsetBytes, before?.chunk);
    if (chunk === null) return;
    const known = this.#held.find((held) => held.chunk.encodedAt === chunk.encodedAt);
    const untilBytes = offsetBytes + wantedBytes - chunk.decodedAt;
    // Each further look at a chunk decodes four times as much, up to a quarter of it: all of them together cost a third of it.
    const aheadBytes = Math.max(untilBytes + PEEK_AHEAD_BYTES, 4 * (known?.content.length ?? 0));
    const mostBytes = known === undefined ? Infinity : chunk.decodedBytes / 4;
    const isPeek = wantedBytes <= PEEK_BYTES && aheadBytes <= mostBytes;
    if (isPeek && untilBytes < chunk.decodedBytes && this.#peek(chunk, untilBytes, aheadBytes)) return;
    const goesOn = wantedBytes >= LONG_READ_BYTES || before?.chunk.nextAt === chunk.encodedAt;
    const next = goesOn ? this.#finder.chunkFrom(chunk.nextAt, chunk.decodedAt + chunk.decodedBytes) : null;
    // A salvage takes what decodes of a damaged chunk, one at a time.
    const isSalvage = this.#index.gaps !== undefined;
    const isPair =
      chunk.type === CHUNK_TYPE.compressed &&
      next?.type === CHUNK_TYPE.compressed &&
      s2PairFits(chunk.bodyBytes, next.bodyBytes);
    if (isPair && !isSalvage && next.decodedAt < this.#endBytes) this.#decodePair(chunk, next);
    else this.#decode(chunk);
  }

  /** Decodes no more of a chunk than its first bytes, unchecked; false where that cannot be done. */
  #peek(chunk: Chunk, untilBytes: number, aheadBytes: number): boolean {
    if (chunk.type !== CHUNK_TYPE.compressed) return false;
    const lengthBytes = Math.min(chunk.bodyBytes, aheadBytes + ENCODED_MORE_BYTES);
    this.#fill([{ ...chunk, bodyBytes: lengthBytes }]);
    // Where a part of the chunk is not enough, all of it is decoded.
    const content = decodeS2Start(lengthBytes - CHUNK_CRC_BYTES, aheadBytes);
    if (content === null || content.length < untilBytes) return false;
    // What was decoded to its end is checked too.
    if (content.length >= chunk.decodedBytes) return false;
    this.#held = [{ chunk, content, fault: null, isChecked: false }];
    return true;
  }

  #decode(chunk: Chunk): void {
    const [sum = 0] = chunk.type === null ? [] : this.#fill([chunk]);
    this.#held = [heldOf(chunk, this.#decodeInput(chunk), sum)];
  }

  /** A salvage takes what decodes of a damaged chunk: its records have checksums of their own. */
  #decodeInput(chunk: Chunk): Uint8Array | null {
    if (chunk.type === null) return null;
    const lengthBytes = Math.max(0, chunk.bodyBytes - CHUNK_CRC_BYTES);
    if (chunk.type === CHUNK_TYPE.raw) return s2InputWindow(lengthBytes).subarray(0, chunk.decodedBytes);
    const decoded = decodeS2Input(lengthBytes);
    if (decoded !== null && decoded.length === chunk.decodedBytes) return decoded;
    return this.#index.gaps === undefined ? decoded : decodeS2InputPart(lengthBytes, chunk.decodedBytes);
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
      const window = s2InputWindow(Math.max(0, bodyBytes - CHUNK_CRC_BYTES), i === 0 ? 'first' : 'second');
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

  /** Forgets what lay in the kernel memory and was overwritten by somebody who decodes without a source. */
  #dropStale(): void {
    if (kernelMemory.tenant === this && this.#turn !== s2Turn()) this.#held = [];
  }

  /** Takes the kernel memory; whoever had it keeps a copy of what it still needs. */
  #moveIn(): void {
    const before = kernelMemory.tenant;
    if (before === this) return;
    if (before !== null) before.#dropStale();
    kernelMemory.tenant = this;
    if (before === null) return;
    const kept = before.#isClosed ? [] : before.#held;
    before.#held = kept.map((held) => ({ ...held, content: held.content.slice() }));
  }

  #handOver(): readonly Held[] {
    this.#dropStale();
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

function isDecoded(source: ByteSource): boolean {
  return source instanceof S2Source || (source instanceof SliceSource && isDecoded(source.of));
}
