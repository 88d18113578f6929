import { isIndexCut } from '../../check/index-vs-blocks.ts';
import { plural } from '../../core/plural.ts';
import {
  clipRanges,
  countSequences,
  MAX_SEQUENCE,
  mergeRanges,
  rangesOf,
  subtractRanges,
} from '../../core/sequence-ranges.ts';
import { isBelowMessage, LEAST_RECORD_BYTES } from '../../format/block/record.ts';
import { eachFault, hasFault } from '../../kernels/packed-faults.ts';
import type { PackedScan } from '../../kernels/types.ts';
import { limitPerSubject, removalLimit } from '../../model/removal-limits.ts';
import { provenReader } from '../../model/furthest-reader.ts';
import { allTombstones, highestSequence } from '../../model/live-set.ts';
import { areSidecarsGone } from '../../model/sidecars-gone.ts';
import type { BlockFile, StreamArchive } from '../../model/stream-archive.ts';

/** Blocks with what their records turned out to be, in order. */
type ReadBlocks = readonly { readonly block: BlockFile; readonly scan: PackedScan }[];

/** A reason, and which: the `end` of the stream is gone, records are `damaged`, tombstones were `dropped`, all `.idx` files are gone, or damage hides what `limits` counted. */
export interface UntoldDeletes {
  readonly why: 'end' | 'damaged' | 'dropped' | 'sidecars' | 'limits';
  readonly text: string;
}

/**
 * Why messages in blocks may have been deleted though nothing that is left tells so, in words: what told of it was cut off, cannot be
 * read, or was dropped by the server. `archive.index`: the index of these blocks, or null. Of a server up to 2.9 `.idx` files tell.
 */
export function untoldDeletes(archive: StreamArchive, blocks: ReadBlocks): UntoldDeletes[] {
  if (archive.indexStanding === 'current' || archive.blocks.some(({ sidecar }) => sidecar !== null))
    return [];
  const end = endText(archive, blocks);
  const isOld = areSidecarsGone(archive);
  const texts = {
    end,
    damaged: damagedText(blocks),
    // Those that stood at the end are gone with it.
    dropped: end === null && !isOld ? droppedText(archive, blocks) : null,
    sidecars: isOld ? SIDECARS_TEXT : null,
    limits: limitsText(archive, blocks),
  };
  return (['end', 'damaged', 'dropped', 'sidecars', 'limits'] as const).flatMap((why) => {
    const text = texts[why];
    return text === null ? [] : [{ why, text }];
  });
}

/** What a damaged record was counts against a limit that removed older ones: without it one more of these is taken for live. */
function limitsText({ config }: StreamArchive, blocks: ReadBlocks): string | null {
  const most = config === null ? null : removalLimit(config, 'max_msgs');
  const perSubject = config === null ? null : limitPerSubject(config);
  const limit = perSubject ?? most;
  const messages = blocks.reduce((sum, { scan }) => sum + scan.messages, 0);
  if (limit === null || BigInt(messages) < limit) return null;
  let damaged = 0n;
  for (const { scan } of blocks)
    for (const { kind, lengthBytes, seqBefore, seqAfter } of eachFault(scan.faults))
      if ((kind === 'checksum' || kind === 'length') && !isBelowMessage(lengthBytes))
        damaged += seqBefore > 0n && seqAfter > seqBefore + 1n ? seqAfter - seqBefore - 1n : 1n;
  if (damaged === 0n) return null;
  const field = perSubject === null ? 'max_msgs' : 'max_msgs_per_subject';
  return `${field} had counted what is damaged: up to ${plural(damaged, 'older message')} that it had removed may be here`;
}

const SIDECARS_TEXT =
  'the .idx files are gone that servers up to 2.9 keep beside blocks, and that alone tell which messages were deleted: those that were may be here';

/** Tombstones stand where the stream ended when messages were deleted. */
function endText(archive: StreamArchive, blocks: ReadBlocks): string | null {
  if (isIndexCut(archive, blocks))
    return 'the end of the last block that index.db knows is gone: messages that were deleted after index.db was written may be here';
  const last = blocks.at(-1);
  if (last !== undefined && hasFault(last.scan.faults, 'tail'))
    return 'the last block ends within a record: messages whose deletes were written behind it may be here';
  const [, highest] = endsOf(blocks);
  const reader = provenReader(archive);
  return reader !== null && reader.seq > highest
    ? `the end of the stream is gone, which ${reader.told_by} was given: messages whose deletes were written there may be here`
    : null;
}

/** A stretch that is too short for a message, or behind the last one of its block, may have held tombstones. */
function damagedText(blocks: ReadBlocks): string | null {
  let records = 0;
  for (const { scan } of blocks)
    for (const { kind, lengthBytes, seqAfter } of eachFault(scan.faults))
      if ((kind === 'checksum' || kind === 'length') && (isBelowMessage(lengthBytes) || seqAfter === 0n))
        records += Math.floor(lengthBytes / LEAST_RECORD_BYTES);
  if (records === 0) return null;
  // More than there are messages are of no interest.
  const most = blocks.reduce((messages, { scan }) => messages + scan.messages, 0);
  const deletes = records === 1 ? 'a delete' : `up to ${Math.min(records, most)} deletes`;
  return `${deletes} stood where blocks are damaged: messages that were deleted may be here`;
}

/**
 * Servers since 2.10 write a tombstone for each message that they erase. Where tombstones of erased ones are not there, those of others
 * that still have a record may not be either: a compaction of 2.10 dropped them, or 2.9 deleted these messages.
 */
function droppedText({ index }: StreamArchive, blocks: ReadBlocks): string | null {
  if (index !== null) return null;
  const tombstones = allTombstones(new Map(blocks.map(({ block, scan }) => [block.index, scan])));
  const erased = mergeRanges(
    blocks.map(({ scan }) => rangesOf(scan.erasedSeqs.filter((_, i) => scan.erasedTimesNs[i] === 0n))),
  );
  // Before the first message, and at the end, a record without a time may stand for sequences that were skipped.
  const [first, last] = endsOf(blocks);
  const untold = countSequences(clipRanges(subtractRanges(erased, tombstones), first + 1n, last - 1n));
  return untold === 0n
    ? null
    : `there is no index.db that can be read, and ${untold} erased messages have no tombstones: those of others are gone too, perhaps, and messages that were deleted may be here`;
}

/** The first sequence that had a message, and the last that any record speaks of. */
function endsOf(blocks: ReadBlocks): readonly [bigint, bigint] {
  let [first, last] = [MAX_SEQUENCE, 0n];
  for (const { scan } of blocks) {
    const highest = highestSequence(scan);
    if (scan.firstSeq > 0n && scan.firstSeq < first) first = scan.firstSeq;
    if (highest > last) last = highest;
  }
  return [first, last];
}
