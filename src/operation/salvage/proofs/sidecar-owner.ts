import type { BlockIndex } from '../../../format/block-index/types.ts';
import type { ReadBlock } from '../blocks/block-damage.ts';
import type { MessageRun } from '../blocks/message-run.ts';
import { holdsAny } from './sequence-holders.ts';

/**
 * Whether an `.idx` is of another block than the one beside it. It has no checksum, and names neither stream nor block; but it knows
 * when its first and its last message were stored. Where one of them stands in the block, that time decides; else it is of another
 * block where it begins and ends around messages that others hold. Throws SourceError.
 *
 * `owned`: the records of its block, wherever they lie; `isHeldByOthers`: whether any other block of the stream has a message of
 * these sequences.
 */
export function isOfAnother(
  sidecar: BlockIndex,
  owned: readonly ReadBlock[],
  isHeldByOthers: (fromSeq: bigint, toSeq: bigint) => boolean,
): boolean {
  const { firstSeq, lastSeq } = sidecar;
  const times = timesIn(owned, [firstSeq, lastSeq]);
  const fits = [
    timeFits(sidecar.firstTimeNs, times.get(firstSeq)),
    timeFits(sidecar.lastTimeNs, times.get(lastSeq)),
  ];
  if (fits.includes(true)) return false;
  return fits.includes(false) || isHeldByOthers(firstSeq, lastSeq);
}

/** null: it cannot be told. */
function timeFits(timeNs: bigint, stored: bigint | undefined): boolean | null {
  return stored === undefined || timeNs === 0n ? null : timeNs === stored;
}

/** When messages were stored; blocks are read only for those that they hold, and do not begin or end with. */
function timesIn(blocks: readonly ReadBlock[], seqs: readonly bigint[]): ReadonlyMap<bigint, bigint> {
  const times = new Map<bigint, bigint>();
  const isAsked = (seq: bigint): boolean => seq > 0n && seqs.includes(seq) && !times.has(seq);
  for (const { block } of blocks) {
    const { firstSeq, firstTimeNs, lastSeq, lastTimeNs } = block.scan;
    if (isAsked(firstSeq)) times.set(firstSeq, firstTimeNs);
    if (isAsked(lastSeq)) times.set(lastSeq, lastTimeNs);
  }
  for (const read of blocks) {
    const held = seqs.filter((seq) => isAsked(seq) && holdsAny(read, seq, seq));
    if (held.length > 0) for (const run of read.content.runs()) addTimes(run, held, times);
  }
  return times;
}

/** Those of a run that are not known yet. */
function addTimes(run: MessageRun, seqs: readonly bigint[], times: Map<bigint, bigint>): void {
  const asked = new Set(seqs.filter((seq) => seq >= run.firstSeq && !times.has(seq)));
  if (asked.size === 0) return;
  const cursor = run.open();
  try {
    for (let message = cursor.next(); message !== null && asked.size > 0; message = cursor.next())
      if (asked.delete(message.seq)) times.set(message.seq, message.timeNs);
  } finally {
    cursor.close();
  }
}
