import { oneRange, intersectRanges } from '../../core/sequence-ranges.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import type { BlockIndex } from '../../format/block-index/types.ts';
import type { ReadBlock } from './block-damage.ts';

/**
 * Whether an `.idx` is of another block than the one beside it. It has no checksum, and names neither stream nor block; but it knows
 * when its first and its last message were stored. Where one of them stands in the block, that time decides; else it is of another
 * block where it begins and ends around messages that others hold. Throws SourceError.
 *
 * `owned`: the records of its block, wherever they lie; `others`: all other blocks of the stream.
 */
export function isOfAnother(
  sidecar: BlockIndex,
  owned: readonly ReadBlock[],
  others: readonly ReadBlock[],
): boolean {
  const { firstSeq, lastSeq } = sidecar;
  const times = timesIn(owned, [firstSeq, lastSeq]);
  const fits = [
    timeFits(sidecar.firstTimeNs, times.get(firstSeq)),
    timeFits(sidecar.lastTimeNs, times.get(lastSeq)),
  ];
  if (fits.includes(true)) return false;
  return fits.includes(false) || others.some((other) => holdsAny(other, firstSeq, lastSeq));
}

/** null: it cannot be told. */
function timeFits(timeNs: bigint, stored: bigint | undefined): boolean | null {
  return stored === undefined || timeNs === 0n ? null : timeNs === stored;
}

function holdsAny({ content }: ReadBlock, fromSeq: bigint, toSeq: bigint): boolean {
  const { present } = content;
  if (present.count === 0n || present.first > toSeq || present.last < fromSeq || fromSeq > toSeq)
    return false;
  return intersectRanges(unpackRanges(present), oneRange(fromSeq, toSeq)).length > 0;
}

/** When messages were stored. */
function timesIn(blocks: readonly ReadBlock[], seqs: readonly bigint[]): ReadonlyMap<bigint, bigint> {
  const times = new Map<bigint, bigint>();
  for (const { content } of blocks)
    for (const run of content.runs()) {
      const cursor = run.open();
      for (let message = cursor.next(); message !== null; message = cursor.next())
        if (seqs.includes(message.seq)) times.set(message.seq, message.timeNs);
      cursor.close();
    }
  return times;
}
