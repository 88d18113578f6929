import { unpackRanges } from '../../../core/packed-ranges.ts';
import { areSamePacked } from '../../../core/packed-sets.ts';
import {
  intersectRanges,
  mergeRanges,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import type { StreamEvidence } from '../../../check/stream-evidence.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import type { GivenStream } from '../rebuild/opening.ts';
import { losesTooMany, readRecords } from '../rebuild/rebuild-block.ts';
import { placedSequences } from '../rebuild/walk-block.ts';
import type { RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';
import { knownOf, walkOf } from './believed-blocks.ts';

/** What becomes of live messages of a block once a server reads it that has started. */
export interface LaterRead {
  readonly block: RecoveredBlock;
  /** It counts them, and gives none of them out. */
  readonly unread: SequenceRanges;
  /** It counts them until the block is read, which it cuts then. */
  readonly cut: SequenceRanges;
  /** Where it cuts the block, as offset of what it decodes to; null: it does not. */
  readonly cutAtBytes: number | null;
  /** It lists sequences until there is no memory left. */
  readonly isEndless: boolean;
}

/** Of all blocks of a started stream those of which a server does not give out what it counts. Throws SourceError. */
export function laterReads(
  stream: RecoveredStream,
  { sets }: StreamEvidence,
  given: GivenStream,
): readonly LaterRead[] {
  const readings = new Map(given.readings.map((reading) => [reading.block.entry.path, reading]));
  const good = new Map(sets.map((set) => [set.block.entry.path, set.live]));
  return stream.blocks.flatMap((block): LaterRead[] => {
    const { path } = block.block.entry;
    const reading = readings.get(path);
    const live = good.get(path);
    const isGood = reading?.isFaultless === true && reading.isDecodable && block.flaw === undefined;
    if (block.live.count === 0n || (isGood && live !== undefined && areSamePacked(live, block.live)))
      return [];
    const read = readLater(block, reading, stream, given);
    return read.cutAtBytes === null && read.unread.length === 0 && read.cut.length === 0 ? [] : [read];
  });
}

function readLater(
  block: RecoveredBlock,
  reading: BlockReading | undefined,
  stream: RecoveredStream,
  given: GivenStream,
): LaterRead {
  const live = unpackRanges(block.live);
  const read = { block, unread: NO_SEQUENCES, cut: NO_SEQUENCES, cutAtBytes: null, isEndless: false };
  const isGone = block.flaw !== undefined && block.flaw !== 'copy';
  if (isGone || reading === undefined) return { ...read, unread: live };
  const { overlongHeaders, badSeqs, scan } = reading;
  if (block.readBytes !== null) return { ...read, unread: intersectRanges(live, overlongHeaders) };
  if (!reading.isDecodable) return { ...read, unread: live };
  const known = knownOf(stream, reading, given);
  const walk = walkOf(block, stream, given);
  if (walk === 'endless' || (walk === 'stumbles' && losesTooMany(reading, known)))
    return { ...read, unread: live, isEndless: true };
  if (walk === 'stumbles') {
    const left = readRecords(reading, known, given.rules);
    const kept = left === null ? NO_SEQUENCES : intersectRanges(live, unpackRanges(left.live));
    const unread = left?.flaw === 'cut' ? kept : intersectRanges(kept, overlongHeaders);
    return { ...read, unread, cut: subtractRanges(live, kept), cutAtBytes: reading.cutAtBytes };
  }
  if (reading.isFaultless) return { ...read, unread: subtractRanges(live, unpackRanges(scan.ranges)) };
  const bad = intersectRanges(live, mergeRanges([badSeqs, overlongHeaders]));
  if (known === null || given.rules.walk === 'places') return { ...read, unread: bad };
  const strays = subtractRanges(live, placedSequences(reading, known, given.rules));
  return { ...read, unread: mergeRanges([bad, strays]) };
}
