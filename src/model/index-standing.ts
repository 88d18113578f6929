import type { StreamIndex } from '../format/index/types.ts';

/**
 * What a server would think of index.db, in the order of its own checks (format/index/README.md).
 * `none`: there is none, or it cannot be used. `stale`: the last block ends otherwise, or newer blocks exist.
 * `block-missing`: a block it lists is gone. `current`: it is taken as it is.
 */
export type IndexStanding = 'none' | 'stale' | 'block-missing' | 'current';

/** `lastBytes`: the last 8 bytes of a block's decoded content, null where the file is missing. */
export function standingOf(
  index: StreamIndex | null,
  blockNumbers: readonly number[],
  lastBytes: (blockNumber: number) => Uint8Array | null,
): IndexStanding {
  if (index === null) return 'none';
  const present = new Set(blockNumbers);
  if (blockNumbers.some((number) => number > index.lastBlockIndex)) return 'stale';
  if (index.lastBlockIndex !== 0 && !present.has(index.lastBlockIndex)) return 'block-missing';
  const end = lastBytes(index.lastBlockIndex);
  if (!sameEnd(end, index.lastChecksum)) return 'stale';
  if (index.blocks.some((block) => !present.has(block.index))) return 'block-missing';
  return 'current';
}

function sameEnd(end: Uint8Array | null, lastChecksum: Uint8Array): boolean {
  if (end === null || end.length < 8) return lastChecksum.every((byte) => byte === 0);
  return lastChecksum.every((byte, i) => byte === end[i]);
}
