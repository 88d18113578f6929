import { unpackRanges } from '../../../core/packed-ranges.ts';
import { packedWithout } from '../../../core/packed-sets.ts';
import {
  hasSequence,
  intersectRanges,
  mergeRanges,
  rangesOf,
  subtractRanges,
  type SequenceRanges,
} from '../../../core/sequence-ranges.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import { overlongLive, panicsAtHeader } from './overlong-headers.ts';
import { losesTooMany, rebuildBlock, walkOnOpening } from './rebuild-block.ts';
import type { NotServed, RecoveredBlock, RecoveredStream } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/** What the index told before the server gave it up; null where it told nothing. */
export interface Remembered {
  readonly lastSeq: bigint;
  /** Its messages were reported lost: a block of them is gone. */
  readonly hasLoss: boolean;
}

/** A stream without a usable index: every block is read, tombstones are applied, what is bad is cut off. */
export function rebuildStream(
  readings: readonly BlockReading[],
  rules: ServerRules,
  remembered: Remembered | null,
): RecoveredStream | NotServed {
  const obstacle = obstacleOf(readings, rules);
  if (obstacle !== null) return obstacle;
  const opened = joinBlocks(
    readings.flatMap((reading) => {
      const block = rebuildBlock(reading, rules);
      if (block === null) return [];
      return reading.oddity === 'copy' ? { ...block, flaw: 'copy' } : block;
    }),
    rules,
  );
  const hasStumbled = readings.some((reading) => walkOnOpening(reading, rules) === 'stumbles');
  const joined = hasStumbled ? recount(opened, opened.blocks, rules) : opened;
  const known = remembered === null ? joined : remember(joined, readings, rules, remembered);
  if (!rules.tombstones) return known;
  const tombstones = mergeRanges(
    readings
      .filter((reading) => reading.isDecodable && !reading.isKnownCurrent)
      .map((reading) => rangesOf(reading.scan.tombstoneSeqs)),
  );
  // What cannot be read cannot be removed.
  const unreadable = intersectRanges(overlongLive(known, readings), tombstones);
  if (unreadable.length > 0 && (rules.panicsOnOverlongHeader || rules.panicsOnBuried))
    return panicsAtHeader(unreadable[0] ?? 0n);
  return removeMessages(known, subtractRanges(tombstones, unreadable));
}

function obstacleOf(readings: readonly BlockReading[], rules: ServerRules): NotServed | null {
  const walks = new Map(readings.map((reading) => [reading, walkOnOpening(reading, rules)]));
  if (
    rules.panicsOnShortHeader &&
    readings.some((reading) => reading.isHeaderTooShort && walks.get(reading) !== 'passes')
  )
    return { outcome: 'crash', reason: 'a damaged record claims a header for which it is too short' };
  const [met] = readings.flatMap((reading) => overlongRead(reading, rules));
  if (met !== undefined) return panicsAtHeader(met);
  const endless = readings.find((reading) => walks.get(reading) === 'endless');
  if (endless !== undefined) return runsOut(endless);
  const lossy = readings.find(
    (reading) => walks.get(reading) !== 'passes' && losesTooMany(reading, reading.known),
  );
  if (lossy !== undefined) return listsLost(lossy);
  if (rules.undecodable === 'block') return null;
  const folder = readings.find(({ oddity }) => oddity === 'folder');
  if (folder !== undefined)
    return {
      outcome: 'absent',
      reason: `${folder.block.entry.path} is a folder: the server deletes the stream's folder`,
      isDeleted: true,
    };
  const undecodable = readings.find((reading) => !reading.isDecodable);
  if (undecodable !== undefined)
    return {
      outcome: 'absent',
      reason: `${undecodable.block.entry.path} cannot be decompressed: the server deletes the stream's folder`,
      isDeleted: true,
    };
  // The cut is made at an offset of the decoded bytes, which leaves a file that cannot be decoded any more.
  const cut = readings.find(
    (reading) => reading.isCompressed && reading.cutAtBytes !== null && reading.scan.messages > 0,
  );
  if (cut === undefined) return null;
  return {
    outcome: 'absent',
    reason: `${cut.block.entry.path} is compressed and is cut: the server deletes the stream's folder`,
    isDeleted: true,
  };
}

/**
 * To find the subjects of a block 2.9 reads each message of it: where it believes the `.idx` and has no `.fss`, and where it cut the
 * block, since it writes none then. A header that leads out of its message ends it there.
 */
function overlongRead(reading: BlockReading, rules: ServerRules): readonly bigint[] {
  const { overlongHeaders, isKnownCurrent, subjects, cutAtBytes } = reading;
  if (!rules.panicsOnOverlongHeader || rules.walksIndexedBlocks || overlongHeaders.length === 0) return [];
  if (isKnownCurrent ? subjects !== null : cutAtBytes === null) return [];
  const block = rebuildBlock(reading, rules);
  if (block === null || block.messages === 0n) return [];
  return [...intersectRanges(overlongHeaders, unpackRanges(block.live)).subarray(0, 1)];
}

/** A walk that lists the sequences before a record whose own was damaged. */
export function runsOut({ block }: BlockReading): NotServed {
  const reason = `a damaged sequence in ${block.entry.path} makes the server list more than any memory can hold`;
  return { outcome: 'crash', reason };
}

/** A block that is cut, which an index had said to end far behind what is left of it. */
export function listsLost({ block }: BlockReading): NotServed {
  const reason = `the server cuts ${block.entry.path} and lists all sequences up to its end as lost: more than any memory can hold`;
  return { outcome: 'crash', reason };
}

/** Adds the blocks up in order, as the server does: its first and last sequence follow rules of their own. */
function joinBlocks(blocks: readonly RecoveredBlock[], rules: ServerRules): RecoveredStream {
  let messages = 0n;
  let firstSeq = 0n;
  let lastSeq = 0n;
  const placed = blocks.map((block) => {
    if (messages === 0n && rules.emptyStreamRestarts) firstSeq = lastSeq = 0n;
    if (firstSeq === 0n || (block.firstSeq < firstSeq && block.firstTimeNs !== 0n)) firstSeq = block.firstSeq;
    if (block.lastSeq > lastSeq) lastSeq = block.lastSeq;
    messages += block.messages;
    if (block.messages > 0n || !rules.emptyBlockMoves) return block;
    return { ...block, firstSeq: lastSeq + 1n, lastSeq };
  });
  return { isIndexed: false, blocks: placed, messages, firstSeq, lastSeq };
}

/** Adds the blocks up after one of them was rebuilt while it was looked into (rebuildStateLocked). */
export function recount(
  stream: RecoveredStream,
  blocks: readonly RecoveredBlock[],
  rules: ServerRules,
): RecoveredStream {
  let firstSeq = 0n;
  let lastSeq = 0n;
  for (const block of blocks) {
    const isOlder = block.firstSeq < firstSeq && (rules.endsWithLastBlock || block.firstTimeNs !== 0n);
    if (firstSeq === 0n || isOlder) firstSeq = block.firstSeq;
    if (rules.endsWithLastBlock || block.lastSeq > lastSeq) lastSeq = block.lastSeq;
  }
  const messages = blocks.reduce((sum, block) => sum + block.messages, 0n);
  return { ...stream, blocks, messages, firstSeq, lastSeq };
}

/** Sequences that an index knew are not given out again, even where their messages are gone. */
function remember(
  stream: RecoveredStream,
  readings: readonly BlockReading[],
  rules: ServerRules,
  remembered: Remembered,
): RecoveredStream {
  if (remembered.lastSeq <= stream.lastSeq) return stream;
  const hasLoss = remembered.hasLoss || readings.some((reading) => reading.cutAtBytes !== null);
  if (rules.remembersLast === 'never' || (rules.remembersLast === 'after-loss' && !hasLoss)) return stream;
  const firstSeq = stream.messages === 0n ? remembered.lastSeq + 1n : stream.firstSeq;
  return { ...stream, firstSeq, lastSeq: remembered.lastSeq };
}

/** Takes messages out of a stream; what is not there, or cannot be loaded, is passed over. */
export function removeMessages(stream: RecoveredStream, gone: SequenceRanges): RecoveredStream {
  const blocks = stream.blocks.map((block) => {
    if (block.flaw !== undefined) return block;
    const live = packedWithout(block.live, gone);
    const left = block.messages - (block.live.count - live.count);
    return { ...block, live, messages: left };
  });
  const messages = blocks.reduce((sum, block) => sum + block.messages, 0n);
  if (messages === stream.messages) return stream;
  const isStuck = blocks.some(
    ({ flaw, live }) =>
      flaw !== undefined && flaw !== 'copy' && hasSequence(unpackRanges(live), stream.firstSeq),
  );
  const isFirstGone = !isStuck && hasSequence(gone, stream.firstSeq);
  return {
    ...stream,
    blocks,
    messages,
    firstSeq: isFirstGone ? firstAfter(blocks, stream) : stream.firstSeq,
  };
}

/** A copy comes to light once the block beside it is empty. */
function firstAfter(blocks: readonly RecoveredBlock[], stream: RecoveredStream): bigint {
  const held = blocks.filter(({ live }) => live.count > 0n);
  const first = held.find(({ flaw }) => flaw !== 'copy') ?? held[0];
  return first?.live.first ?? stream.lastSeq + 1n;
}
