import { hashKey } from '../codec/highwayhash.ts';
import { SEQ_FLAGS } from '../format/block/record.ts';
import type { StreamIndex } from '../format/index/types.ts';
import type { PackedScan, RecordColumns } from '../kernels/types.ts';
import type { IndexStanding } from '../model/index-standing.ts';
import { packedLive } from '../model/live-set.ts';
import type { SourceDescriptor } from '../source/byte-source.ts';
import { openBlock } from '../workers/open-block.ts';
import { scanSource } from '../workers/scan-block.ts';
import type { BlockOwner } from './block-owner.ts';

/** What an index is held against: a block, whose records it holds, and the ends of its messages. */
export interface IndexedBlock {
  readonly owner: BlockOwner;
  readonly descriptor: SourceDescriptor;
  readonly scan: Pick<PackedScan, 'firstSeq' | 'firstTimeNs' | 'lastSeq' | 'lastTimeNs'>;
}

/**
 * Whether index.db is of these blocks, however old it is, and not of another stream of the same name or of another course that it
 * took: what it calls deleted is deleted then, since a server never gives a sequence out again. It knows how the last block ends;
 * or nothing contradicts it. Throws SourceError.
 *
 * What both know the time of has the same one; a sequence up to its last has no message that is younger than its last, and
 * stands in no block behind its last. (A mirror's index may give its first block the time of a sequence that was skipped.)
 */
export function isIndexOf(
  index: StreamIndex,
  standing: IndexStanding,
  blocks: readonly IndexedBlock[],
): boolean {
  if (standing === 'current' && index.lastChecksum.some((byte) => byte !== 0)) return true;
  const times = new Map<bigint, bigint>();
  for (const listed of index.blocks)
    if (packedLive(listed).count > 0n)
      times.set(listed.firstSeq, listed.firstTimeNs).set(listed.lastSeq, listed.lastTimeNs);
  const known = blocks.filter(({ scan }) => scan.firstSeq > 0n && scan.firstSeq <= index.lastSeq);
  return known.every(
    ({ owner, scan, ...block }) =>
      owner.number <= index.lastBlockIndex &&
      isSameTime(times.get(scan.firstSeq), scan.firstTimeNs) &&
      isSameTime(times.get(scan.lastSeq), scan.lastTimeNs) &&
      isKnownTime(index, scan.firstTimeNs) &&
      isKnownTime(index, lastKnownTimeNs(index, { ...block, owner, scan })),
  );
}

function isSameTime(a: bigint | undefined, b: bigint): boolean {
  return a === undefined || a === 0n || b === 0n || a === b;
}

/** Whether a message of this time may have been there when the index was written. */
function isKnownTime({ lastTimeNs }: StreamIndex, timeNs: bigint): boolean {
  return lastTimeNs === 0n || timeNs <= lastTimeNs;
}

/** The time of the last message of a block that the index can know. */
function lastKnownTimeNs({ lastSeq }: StreamIndex, { owner, descriptor, scan }: IndexedBlock): bigint {
  if (scan.lastSeq <= lastSeq) return scan.lastTimeNs;
  let timeNs = 0n;
  const onRecords = ({ count, seqWord, timeNs: times }: RecordColumns): void => {
    for (let i = 0; i < count; i++) {
      const seq = seqWord[i] ?? 0n;
      if ((seq & SEQ_FLAGS) === 0n && seq <= lastSeq) timeNs = times[i] ?? 0n;
    }
  };
  const open = openBlock(descriptor);
  try {
    scanSource(open.content, { key: hashKey(`${owner.name}-${owner.number}`), onRecords });
  } finally {
    open.close();
  }
  return timeNs;
}
