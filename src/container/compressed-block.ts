import { beginsAsS2 } from '../codec/s2/framing.ts';
import { gapPasser } from '../codec/s2/pass-gap.ts';
import { indexChunks, type ChunkIndex } from '../codec/s2/index-chunks.ts';
import type { Fault } from '../findings/finding.ts';
import type { ByteSource, SourceDescriptor } from '../source/byte-source.ts';
import { SliceSource } from '../source/slice.ts';
import { isCompressedBlock } from './block-packing.ts';
import { S2Source, type EncodedChunk } from './s2-source.ts';

const TRAILER_BYTES = 8;
const MAX_HEAD_BYTES = 4 + 10;
const WINDOW_BYTES = 64 * 1024;

/** The decoded bytes of a block kept with `compression: s2`, and what is wrong with its compression. */
export interface CompressedBlock extends ByteSource {
  readonly faults: readonly Fault[];
  /** Its compressed chunks: all of it but its end. */
  encodedChunks(): Iterable<EncodedChunk>;
}

/**
 * Opens a compressed block (format/block/README.md): `cmp` 0x01, a size that cannot be relied on, an S2 stream, and the last 8
 * bytes of the block as they are. null where the block is not compressed. Closing it leaves `file` open. `salvage`: go
 * past damage, also of the head, and leave out zeros behind the block. `endBytes`: nothing from there on is expected to be
 * read.
 */
export function openCompressedBlock(
  file: ByteSource,
  salvage = false,
  endBytes?: number,
): CompressedBlock | null {
  const window = new Uint8Array(MAX_HEAD_BYTES + 10);
  const head = window.subarray(0, file.read(window, 0));
  const start = streamStart(head) ?? (salvage ? likelyStart(head) : null);
  return start === null ? null : openStream(file, start, salvage, endBytes);
}

/**
 * A block whose beginning is lost, read as a compressed one from its first chunk on whose CRC fits; what stands before is a gap.
 * null where no chunk fits. Closing it leaves `file` open.
 */
export function openHeadlessBlock(
  file: ByteSource,
): { readonly block: CompressedBlock; readonly firstChunkAt: number } | null {
  const stream = new SliceSource(file, 0, Math.max(0, file.sizeBytes - TRAILER_BYTES));
  const chunks = chunksOf(stream, true);
  const [before] = chunks.index.gaps ?? [];
  if (before === undefined || before.type !== null || before.encodedEnd >= stream.sizeBytes) return null;
  const block = openStream(file, { at: 0, isDamaged: true }, true, undefined, chunks);
  return { block, firstChunkAt: before.encodedEnd };
}

function openStream(
  file: ByteSource,
  start: StreamStart,
  salvage: boolean,
  endBytes?: number,
  known?: ReturnType<typeof indexChunks>,
): CompressedBlock {
  const stream = new SliceSource(file, start.at, file.sizeBytes - start.at - TRAILER_BYTES);
  const { index, faults } = known ?? chunksOf(stream, salvage);
  const zerosAt = salvage ? zerosBehind(file, start.at, index) : null;
  if (zerosAt === null) {
    const source = new S2Source(stream, index, endBytes);
    return new BlockContent(file, source, faults, start, earlierEnd(stream, index));
  }
  const whole = new SliceSource(file, 0, zerosAt);
  const left = new SliceSource(file, start.at, zerosAt - start.at - TRAILER_BYTES);
  return new BlockContent(
    whole,
    new S2Source(left, chunksOf(left, salvage).index, endBytes),
    faults,
    start,
    NO_END,
  );
}

function chunksOf(stream: ByteSource, salvage: boolean): ReturnType<typeof indexChunks> {
  const read = (target: Uint8Array, at: number): number => stream.read(target, at);
  return indexChunks(read, stream.sizeBytes, salvage ? gapPasser(read, stream.sizeBytes) : null);
}

/**
 * Where zeros begin that fill the file from behind its last whole chunk and the end of the block on, as a page does; null: nowhere.
 * However few they are: a block that is whole has nothing between its last chunk and its end.
 */
function zerosBehind(file: ByteSource, streamAt: number, { gaps }: ChunkIndex): number | null {
  const tail = gaps?.at(-1);
  const streamEnd = file.sizeBytes - TRAILER_BYTES;
  if (tail === undefined || tail.type !== null || streamAt + tail.encodedEnd < streamEnd) return null;
  const zerosAt = streamAt + tail.encodedAt + TRAILER_BYTES;
  const window = new Uint8Array(WINDOW_BYTES);
  for (let at = zerosAt; at < file.sizeBytes;) {
    const filled = file.read(window, at);
    if (filled === 0 || window.subarray(0, filled).some((byte) => byte !== 0)) return null;
    at += filled;
  }
  return zerosAt < file.sizeBytes ? zerosAt : null;
}

/** Bytes in place of decoded ones of which nothing is known. */
interface EarlierEnd {
  readonly decodedAt: number;
  readonly bytes: Uint8Array;
}

const NO_END: EarlierEnd = { decodedAt: 0, bytes: new Uint8Array(0) };

/**
 * What lies directly behind the last whole chunk, where more follows that is none: the end of the block, if that was appended to
 * it. Whether it is, the sum of the last record tells.
 */
function earlierEnd(stream: ByteSource, { gaps }: ChunkIndex): EarlierEnd {
  const tail = gaps?.at(-1);
  const isTail = tail?.type === null && tail.encodedEnd === stream.sizeBytes;
  if (!isTail || tail.decodedBytes < TRAILER_BYTES) return NO_END;
  const bytes = new Uint8Array(TRAILER_BYTES);
  stream.read(bytes, tail.encodedAt);
  return { decodedAt: tail.decodedAt, bytes };
}

/** Where the S2 stream of a block begins, and whether what tells so is damaged. */
interface StreamStart {
  readonly at: number;
  readonly isDamaged: boolean;
}

/** null where the block is not compressed. */
function streamStart(head: Uint8Array): StreamStart | null {
  const at = isCompressedBlock(head) ? endOfUvarint(head) : -1;
  return at >= 0 && beginsAsS2(head.subarray(at)) ? { at, isDamaged: false } : null;
}

/** The magic or the stream's identifier is enough: the other may be damaged. */
function likelyStart(head: Uint8Array): StreamStart | null {
  for (let at = 5; at <= MAX_HEAD_BYTES; at++)
    if (beginsAsS2(head.subarray(at))) return { at, isDamaged: true };
  const at = isCompressedBlock(head) ? endOfUvarint(head) : -1;
  return at < 0 ? null : { at, isDamaged: true };
}

function endOfUvarint(head: Uint8Array): number {
  for (let i = 4; i < Math.min(head.length, MAX_HEAD_BYTES); i++) if ((head[i] ?? 0) < 0x80) return i + 1;
  return -1;
}

class BlockContent implements CompressedBlock {
  readonly sizeBytes: number;
  readonly descriptor: SourceDescriptor;
  readonly #file: ByteSource;
  readonly #stream: S2Source;
  readonly #framing: readonly Fault[];
  readonly #start: StreamStart;
  readonly #earlierEnd: EarlierEnd;

  constructor(
    file: ByteSource,
    stream: S2Source,
    framing: readonly Fault[],
    start: StreamStart,
    end: EarlierEnd,
  ) {
    this.#file = file;
    this.#stream = stream;
    this.#framing = framing;
    this.#start = start;
    this.#earlierEnd = end;
    this.descriptor = file.descriptor;
    this.sizeBytes = stream.sizeBytes + TRAILER_BYTES;
  }

  /** Offsets count from the start of the file. */
  get faults(): readonly Fault[] {
    const { at, isDamaged } = this.#start;
    const ofStream = [...this.#framing, ...this.#stream.faults].map((fault) => ({
      ...fault,
      offsetBytes: (fault.offsetBytes ?? 0) + at,
    }));
    return isDamaged ? [{ code: 'BLK_HEAD_DAMAGED', offsetBytes: 0 }, ...ofStream] : ofStream;
  }

  encodedChunks(): Iterable<EncodedChunk> {
    return this.#stream.encodedChunks(0, this.#stream.sizeBytes);
  }

  read(target: Uint8Array, offsetBytes: number): number {
    if (offsetBytes < this.#stream.sizeBytes) {
      const filled = this.#stream.read(target, offsetBytes);
      this.#putEarlierEnd(target.subarray(0, filled), offsetBytes);
      return filled;
    }
    const into = offsetBytes - this.#stream.sizeBytes;
    if (into >= TRAILER_BYTES) return 0;
    const part = target.subarray(0, Math.min(target.length, TRAILER_BYTES - into));
    return this.#file.read(part, this.#file.sizeBytes - TRAILER_BYTES + into);
  }

  lend(offsetBytes: number, mostBytes: number): Uint8Array {
    const { decodedAt, bytes } = this.#earlierEnd;
    const into = offsetBytes - decodedAt;
    // It begins where a chunk ends, and no more than one is lent at a time.
    const isInside = into >= 0 && into < bytes.length;
    return isInside ? bytes.subarray(into, into + mostBytes) : this.#stream.lend(offsetBytes, mostBytes);
  }

  #putEarlierEnd(target: Uint8Array, offsetBytes: number): void {
    const { decodedAt, bytes } = this.#earlierEnd;
    const from = Math.max(decodedAt, offsetBytes);
    const to = Math.min(decodedAt + bytes.length, offsetBytes + target.length);
    if (from < to) target.set(bytes.subarray(from - decodedAt, to - decodedAt), from - offsetBytes);
  }

  close(): void {
    this.#stream.release();
  }
}
