import { limitPerSubject } from '../../../model/removal-limits.ts';
import { unpackRanges } from '../../../core/packed-ranges.ts';
import { countSequences, intersectRanges } from '../../../core/sequence-ranges.ts';
import type { Opening } from './opening.ts';
import { readRecords } from './rebuild-block.ts';
import { recount } from './rebuild-stream.ts';
import type { BlockReading } from '../files/read-blocks.ts';
import { liveMessages, type RecoveredBlock, type RecoveredStream } from '../rules/recovered.ts';
import type { ServerRules } from '../rules/server-rules.ts';

/**
 * Where messages of a subject are limited a server counts those of all subjects, and where they are not as many as the
 * `.idx` files tell it reads all blocks anew (enforceMsgPerSubjectLimit).
 */
export function countSubjects(
  stream: RecoveredStream,
  { config, readings, rules }: Opening,
): RecoveredStream {
  if (stream.isIndexed || limitPerSubject(config) === null) return stream;
  if (!rules.loadsSubjects) return readMiscounted(stream, readings, rules);
  const messages = liveMessages(stream);
  if (messages === stream.messages) return stream;
  const blocks = stream.blocks.map((block) => ({ ...block, messages: block.live.count }));
  return { ...stream, blocks, messages };
}

/** 2.9 counts by the `.fss` files, and where one does not fit by reading its block, up to the first bad message. */
function readMiscounted(
  stream: RecoveredStream,
  readings: readonly BlockReading[],
  rules: ServerRules,
): RecoveredStream {
  const byPath = new Map(readings.map((reading) => [reading.block.entry.path, reading]));
  const isCounted = (block: RecoveredBlock): boolean => {
    const reading = byPath.get(block.block.entry.path);
    return reading === undefined || block.readBytes !== null || isFoundWhole(block, reading);
  };
  if (stream.blocks.every(isCounted)) return stream;
  const blocks = stream.blocks.flatMap((block) => {
    const reading = byPath.get(block.block.entry.path);
    if (reading === undefined || block.readBytes !== null) return [block];
    return readRecords(reading, reading.known, rules) ?? [];
  });
  return recount(stream, blocks, rules);
}

/** By its `.fss`, or message by message. */
function isFoundWhole(
  { messages, live, subjects }: RecoveredBlock,
  { scan, badSeqs }: BlockReading,
): boolean {
  if (messages === 0n || (subjects !== null && subjects !== undefined)) return true;
  const wanted = unpackRanges(live);
  if (intersectRanges(wanted, badSeqs).length > 0) return false;
  return countSequences(intersectRanges(wanted, unpackRanges(scan.ranges))) === messages;
}
