import { unpackRanges } from '../../../core/packed-ranges.ts';
import { eachSequence, intersectRanges } from '../../../core/sequence-ranges.ts';
import { parseBlockIndex } from '../../../format/block-index/parse.ts';
import type { BlockIndex } from '../../../format/block-index/types.ts';
import { stepByStep } from '../../../core/pause.ts';
import type { ReadBlock } from '../blocks/block-damage.ts';

/** A search costs a look at every deleted sequence for every bit. */
const MOST_BYTES = 4096;

type Fits = (index: BlockIndex) => boolean;

/**
 * Whether an `.idx` adds up to the whole block beside it: last checksum, number of messages, bytes of the live ones. Of
 * one that does not, and would if one bit were another, what is common to all such states; null where there is none.
 */
export async function judgeSidecar(
  bytes: Uint8Array,
  block: ReadBlock,
  signal: AbortSignal | undefined,
): Promise<BlockIndex | 'fits' | null> {
  const fits = fitting(block);
  const parsed = parseBlockIndex(bytes);
  if (parsed.ok && fits(parsed.value)) return 'fits';
  return bytes.length > MOST_BYTES ? null : stepByStep(commonOfMended(bytes, fits), signal);
}

/** Tries each bit, one a step. */
function* commonOfMended(bytes: Uint8Array, fits: Fits): Generator<void, BlockIndex | null> {
  let common: BlockIndex | null = null;
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    flip(bytes, bit);
    const mended = parseBlockIndex(bytes);
    flip(bytes, bit);
    if (mended.ok && fits(mended.value)) common = common === null ? mended.value : both(common, mended.value);
    yield;
  }
  return common;
}

function both(a: BlockIndex, b: BlockIndex): BlockIndex {
  return {
    ...a,
    firstSeq: a.firstSeq < b.firstSeq ? a.firstSeq : b.firstSeq,
    lastSeq: a.lastSeq < b.lastSeq ? a.lastSeq : b.lastSeq,
    deleted: intersectRanges(a.deleted, b.deleted),
  };
}

function fitting({ block, content }: ReadBlock): Fits {
  const lengths = new Map<bigint, number>();
  for (const run of content.runs()) {
    const cursor = run.open();
    for (let message = cursor.next(); message !== null; message = cursor.next())
      lengths.set(message.seq, message.storedBytes);
    cursor.close();
  }
  let totalBytes = 0;
  for (const lengthBytes of lengths.values()) totalBytes += lengthBytes;
  const { lastChecksum } = block.scan;
  return ({ bytes, firstSeq, deleted, messages, lastChecksum: own }) => {
    if (messages > BigInt(lengths.size) || !own.every((byte, i) => byte === lastChecksum[i])) return false;
    let [live, liveBytes] = [lengths.size, totalBytes];
    const drop = (seq: bigint): void => {
      const lengthBytes = lengths.get(seq);
      if (lengthBytes === undefined) return;
      live--;
      liveBytes -= lengthBytes;
    };
    // What a damaged file calls deleted may be any range.
    for (const seq of eachSequence(intersectRanges(deleted, unpackRanges(content.present))))
      if (seq >= firstSeq) drop(seq);
    for (const seq of lengths.keys()) {
      if (seq >= firstSeq) break;
      drop(seq);
    }
    return BigInt(live) === messages && BigInt(liveBytes) === bytes;
  };
}

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}
