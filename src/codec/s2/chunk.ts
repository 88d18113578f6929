import { copyShared } from '../../core/bytes/copy-shared.ts';
import {
  amendS2Block,
  crc32cMasked,
  decodeS2Input,
  decodeS2Pair,
  encodeS2Block,
  s2InputWindow,
} from '../../kernels/index.ts';
import { CHUNK_CRC_BYTES, CHUNK_HEADER_BYTES, CHUNK_TYPE } from './framing.ts';
import { readChunkHead } from './index-chunks.ts';

/** Decoded bytes of a chunk, as the server's writer has them. */
export const CHUNK_BYTES: number = 1024 * 1024;
const HEAD_BYTES = CHUNK_HEADER_BYTES + CHUNK_CRC_BYTES;
const LEAST_PAIRED_BYTES = 64 * 1024;
/** A block that is amended grows no more than so; in its beginning, nothing can be copied of what it does not hold any more. */
const MOST_GROWTH = 1.03;
const SMALL_GROWTH_BYTES = 16 * 1024;
/** The longest chunk: one that was not made smaller. */
export const MOST_CHUNK_BYTES: number = HEAD_BYTES + CHUNK_BYTES;

/** A block that was made before. */
interface EncodedBefore {
  readonly block: Uint8Array;
  readonly decodedBytes: number;
  /** So many of its bytes come before. */
  readonly skipBytes: number;
}

/** Puts a chunk of `raw`, which is `CHUNK_BYTES` long at most, into `target`, shared or not, from `at` on; gives its length. */
export function putChunk(raw: Uint8Array, target: Uint8Array, at: number): number {
  return putEncoded(encodeS2Block(raw), raw, target, at);
}

/** The same of bytes of which somebody made an S2 block, `block`, before. */
export function putEncoded(block: Uint8Array, raw: Uint8Array, target: Uint8Array, at: number): number {
  const isSmaller = block.length <= raw.length - raw.length / 32;
  const content = isSmaller ? block : raw;
  const bodyBytes = CHUNK_CRC_BYTES + content.length;
  const head = new DataView(target.buffer, target.byteOffset + at, HEAD_BYTES);
  head.setUint32(0, bodyBytes * 256 + (isSmaller ? CHUNK_TYPE.compressed : CHUNK_TYPE.raw), true);
  head.setUint32(CHUNK_HEADER_BYTES, crc32cMasked(raw), true);
  copyShared(content, target, at + HEAD_BYTES);
  return CHUNK_HEADER_BYTES + bodyBytes;
}

/**
 * The same of bytes that are much like those a block of `decodedBytes` holds from `skipBytes` on: where the block's elements fit them
 * they are kept, and nothing is searched for. null where too few fit for that.
 */
export function putAmended(
  { block, decodedBytes, skipBytes }: EncodedBefore,
  raw: Uint8Array,
  target: Uint8Array,
  at: number,
): number | null {
  const mostBytes = (block.length * raw.length * MOST_GROWTH) / decodedBytes + SMALL_GROWTH_BYTES;
  const amended = amendS2Block(block, skipBytes, raw, Math.floor(mostBytes));
  return amended === null ? null : putEncoded(amended, raw, target, at);
}

/** Whether chunks that `putChunk` made decode to these bytes. */
export function chunksHold(chunks: Uint8Array, raw: Uint8Array): boolean {
  const bodies = [...bodiesOf(chunks)];
  let doneBytes = 0;
  const isNext = (content: Uint8Array | null): boolean => {
    if (content === null) return false;
    const from = doneBytes;
    doneBytes += content.length;
    return Buffer.compare(content, raw.subarray(from, doneBytes)) === 0;
  };
  for (let i = 0; i < bodies.length;) {
    const contents = decodedNext(bodies.slice(i, i + 2));
    if (!contents.every(isNext)) return false;
    i += contents.length;
  }
  return doneBytes === raw.length;
}

interface Body {
  readonly type: number;
  readonly content: Uint8Array;
}

function* bodiesOf(chunks: Uint8Array): Generator<Body> {
  for (let at = 0; at < chunks.length;) {
    const head = readChunkHead(chunks.subarray(at), at);
    if ('code' in head) return;
    const end = at + CHUNK_HEADER_BYTES + head.bodyBytes;
    yield { type: head.type, content: chunks.subarray(at + HEAD_BYTES, end) };
    at = end;
  }
}

/** What the first of two holds, or both: compressed ones are decoded side by side, in less time than one after the other. */
function decodedNext(bodies: readonly Body[]): readonly (Uint8Array | null)[] {
  const [first, second] = bodies;
  const isPair = second !== undefined && bodies.every(isPairable);
  if (first === undefined || first.type === CHUNK_TYPE.raw)
    return bodies.slice(0, 1).map(({ content }) => content);
  copyShared(first.content, s2InputWindow(first.content.length));
  if (!isPair) return [decodeS2Input(first.content.length)];
  copyShared(second.content, s2InputWindow(second.content.length, 'second'));
  return decodeS2Pair(first.content.length, second.content.length);
}

/** Beside a long one a short one would be done at once. */
function isPairable({ type, content }: Body): boolean {
  return type === CHUNK_TYPE.compressed && content.length >= LEAST_PAIRED_BYTES;
}
