import { oncePer } from '../../../core/once-per.ts';
import { packedLive } from '../../../model/live-set.ts';
import type { StreamArchive } from '../../../model/stream-archive.ts';
import type { KnownBlock } from '../files/block-index-as-server.ts';
import type { GivenStream } from '../rebuild/opening.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import type { RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';
import { walkBlock, type Walk } from '../rebuild/walk-block.ts';

/** Readings of what is a block, by its number. */
export const wholeBlocks = oncePer(
  (readings: readonly BlockReading[]): ReadonlyMap<number, BlockReading> =>
    new Map(
      readings.flatMap((reading) =>
        reading.oddity === null ? [[reading.block.index, reading] as const] : [],
      ),
    ),
);

/** What the index that was believed tells of a block. */
export function knownOf(
  { isIndexed }: RecoveredStream,
  reading: BlockReading,
  { queries }: GivenStream,
): KnownBlock | null {
  return isIndexed ? (indexedBlocks(queries.archive).get(reading.block.index) ?? null) : reading.known;
}

const indexedBlocks = oncePer(
  ({ index }: StreamArchive): ReadonlyMap<number, KnownBlock> =>
    new Map(index?.blocks.map((entry) => [entry.index, { ...entry, messages: packedLive(entry).count }])),
);

/** How the server would fare in a block; `passes` also where it has read it already. */
export function walkOf(block: RecoveredBlock, stream: RecoveredStream, given: GivenStream): Walk {
  if (block.flaw !== undefined)
    return block.flaw === 'missing' && block.messages > 0n ? 'stumbles' : 'passes';
  const reading = wholeBlocks(given.readings).get(block.block.index);
  if (reading === undefined || block.readBytes !== null) return 'passes';
  const known = knownOf(stream, reading, given);
  return known === null ? 'passes' : walkBlock(reading, known, given.rules);
}
