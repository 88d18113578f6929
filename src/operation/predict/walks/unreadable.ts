import { unpackRanges, type PackedRanges } from '../../../core/packed-ranges.ts';
import {
  clipRanges,
  intersectRanges,
  mergeRanges,
  NO_SEQUENCES,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import { NO_PACKED } from '../../../core/packed-sets.ts';
import { listedBlocks } from '../../../model/listed-blocks.ts';
import { walkOf, wholeBlocks } from './believed-blocks.ts';
import type { Opening } from '../rebuild/opening.ts';
import type { RecordQueries } from '../records/record-queries.ts';
import type { NotServed, RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';

/**
 * Live messages of a block that a server does not get to read: with an index that is taken those in bad records, else
 * only those whose header leads out of them, which no sum tells.
 */
export function unreadableIn(
  { block, live }: RecoveredBlock,
  { isIndexed }: RecoveredStream,
  { readings }: Opening,
): SequenceRanges {
  const reading = wholeBlocks(readings).get(block.index);
  if (reading === undefined) return NO_SEQUENCES;
  const { badSeqs, overlongHeaders } = reading;
  const bad = isIndexed ? mergeRanges([badSeqs, overlongHeaders]) : overlongHeaders;
  return bad.length === 0 ? bad : intersectRanges(unpackRanges(live), bad);
}

/** Bytes of live messages in bad records, which an index that a server believes counts all the same. */
export function unreadableBytes(stream: RecoveredStream, { readings, queries }: Opening): number {
  let bytes = 0;
  for (const block of stream.blocks) {
    const badSeqs = wholeBlocks(readings).get(block.block.index)?.badSeqs ?? NO_SEQUENCES;
    if (block.flaw !== undefined || intersectRanges(unpackRanges(block.live), badSeqs).length === 0) continue;
    bytes += Math.max(0, countedBytes(block, stream, queries) - readableBytes(block, queries));
  }
  return bytes;
}

/** What the live messages of a block take, as a server counts it: by the index that it believes, else by the records. */
export function countedBytes(
  block: RecoveredBlock,
  { isIndexed }: RecoveredStream,
  queries: RecordQueries,
): number {
  const { index } = queries.archive;
  const listed = index === null ? undefined : listedBlocks(index).get(block.block.index);
  const told = isIndexed ? listed?.bytes : block.block.sidecar?.bytes;
  return block.readBytes !== null || told === undefined ? readableBytes(block, queries) : Number(told);
}

function readableBytes(block: RecoveredBlock, queries: RecordQueries): number {
  let bytes = 0;
  queries.eachRecord([block], ({ recordBytes }) => (bytes += recordBytes));
  return bytes;
}

/**
 * Servers since 2.14 end at a message that they cannot read where max_msgs or max_bytes takes it. Whole blocks go without a
 * look at their messages, all but the last that is touched; but they are decompressed.
 */
export function panicOnRemoval(
  before: RecoveredStream,
  after: RecoveredStream,
  opening: Opening,
): NotServed | null {
  if (!opening.rules.panicsOnRemoval || before === after) return null;
  const readings = wholeBlocks(opening.readings);
  const left = new Map(after.blocks.map((block) => [block.block, block.live]));
  const lastAt = before.blocks.findLastIndex(({ block, live }) => left.get(block)?.count !== live.count);
  const touched = before.blocks.slice(0, lastAt + 1);
  const met =
    touched.find(({ block }) => readings.get(block.index)?.isDecodable === false) ??
    touched.slice(-1).find((block) => meetsUnreadable(block, left.get(block.block), before, opening));
  if (met === undefined) return null;
  return {
    outcome: 'crash',
    reason: `a limit takes a message in ${met.block.entry.path} that cannot be read: the server ends`,
  };
}

function meetsUnreadable(
  block: RecoveredBlock,
  left: PackedRanges | undefined,
  stream: RecoveredStream,
  opening: Opening,
): boolean {
  const gone = subtractRanges(unpackRanges(block.live), unpackRanges(left ?? NO_PACKED)).at(-1) ?? 0n;
  const isMet = clipRanges(unreadableIn(block, stream, opening), 0n, gone).length > 0;
  return isMet && walkOf(block, stream, opening) === 'passes';
}
