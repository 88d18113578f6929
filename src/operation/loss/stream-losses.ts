import { checkBlockFiles } from '../../check/block-files.ts';
import { checkBlockRecords } from '../../check/block-records.ts';
import { checkBlockSidecars } from '../../check/block-sidecars.ts';
import { checkConsumers } from '../../check/consumers.ts';
import { checkIndexAgainstBlocks } from '../../check/index-vs-blocks.ts';
import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { CancelledError, SourceError, ToolError } from '../../core/error.ts';
import { NO_PARTS } from '../../core/sequence-part-sets.ts';
import { mergeRanges, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import { hasMark } from '../../findings/marks.ts';
import { strayIndexFiles } from '../../model/load-blocks.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { stateFromBlocks } from '../../model/stream-state.ts';
import type { CopyLosses, CountingWork, ReadStream } from './copy-losses.ts';
import type { ScanResult } from '../../workers/jobs/scan.ts';
import { NOTHING_SUSPECTED } from '../salvage/suspected.ts';
import { skippedStream } from './skipped-stream.ts';

/** Of a stream that was not counted: it is whole, or nothing can be told of it. */
export const NO_LOSSES: CopyLosses = {
  lost: { msgs: [], bytes: 0 },
  messages: 0n,
  repairable: 0n,
  isWhole: false,
  owner: null,
  ...NOTHING_SUSPECTED,
};

/**
 * What of a stream is lost where only what is live is read of it: where `findings`, all there are of it, tell of damage, it is counted
 * as a repair counts it, for which what is damaged is read once more. Throws SourceError, ToolError, CancelledError.
 */
export async function streamLosses(
  read: ReadStream,
  findings: Iterable<Finding>,
  work: CountingWork,
): Promise<CopyLosses> {
  const { archive } = read;
  const isDamaged = hasMark(findings, 'loss') || hasLonelyIndex(archive);
  // The sums of blocks are of their stream's name.
  const isNamed = archive.name !== '' || archive.parts.form === 'v2';
  if (!isDamaged || !isNamed) return NO_LOSSES;
  const { lossesOfCopy } = await import('./copy-losses.ts');
  return (await lossesOfCopy(read, work)) ?? allDeclared(archive);
}

/** Of a stream without blocks. */
export const NO_RESULTS: ReadonlyMap<number, ScanResult> = new Map();

/** Messages that are lost, or not where they should be. */
export interface MissingMessages {
  readonly messages: bigint;
  /** They are among these. */
  readonly ranges: SequenceRanges;
}

/** What is lost, where blocks are cut or gone all of which consumers tell; nothing less proves that these were not deleted. */
export function missingMessages(
  { messages, lost, suspected }: CopyLosses,
  findings: readonly Finding[],
): MissingMessages {
  const isCut = findings.some(({ code }) => code === 'BLK_TRUNCATED' || code === 'BLK_ALL_MISSING');
  const ahead = isCut ? suspected.CON_AHEAD_OF_STREAM : [];
  const ranges = [lost.msgs, ahead].map((pairs) => BigUint64Array.from(pairs.flat()));
  return { messages: messages + countRanges(ahead), ranges: mergeRanges(ranges) };
}

/** How many sequences pairs from, to are. */
export function countRanges(ranges: CopyLosses['lost']['msgs']): bigint {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1n, 0n);
}

/**
 * What is lost of a stream of which the archive holds no data: all that its backup.json declares. Of a file that is no snapshot
 * as it is, a repair may save some. Throws SourceError, CancelledError.
 */
export async function lossesWithoutData(archive: StreamArchive, work: CountingWork): Promise<CopyLosses> {
  const all = allDeclared(archive);
  if (all.messages === 0n || !archive.parts.findings.some(({ code }) => code === 'SNAP_UNRECOGNIZED'))
    return all;
  return lossesPastDamage(archive, work, all);
}

/**
 * What is lost of a stream of which nothing could be read, as a repair counts it that reads past the damage; `otherwise`: where
 * that finds no stream either. Throws SourceError, CancelledError.
 */
export async function lossesPastDamage(
  archive: StreamArchive,
  work: CountingWork,
  otherwise: CopyLosses = NO_LOSSES,
): Promise<CopyLosses> {
  try {
    const { lossesOfCopy } = await import('./copy-losses.ts');
    return (await lossesOfCopy({ archive, live: NO_PARTS, results: NO_RESULTS }, work)) ?? otherwise;
  } catch (error) {
    // The salvage finds no stream in it either; all else ends the work.
    if (!(error instanceof ToolError) || error instanceof SourceError || error instanceof CancelledError)
      throw error;
    return otherwise;
  }
}

function allDeclared(archive: StreamArchive): CopyLosses {
  const { lost, lost_messages: messages } = skippedStream(archive, '');
  return { ...NO_LOSSES, lost, messages };
}

/** What checks find that tells of losses. */
export function findingsOfLoss(evidence: StreamEvidence): Finding[] {
  return [...checkBlockRecords(evidence), ...checkBlockFiles(evidence), ...findingsBesideBlocks(evidence)];
}

/** Of these what is not found in the blocks themselves. */
export function findingsBesideBlocks(evidence: StreamEvidence): Finding[] {
  const { archive, sets, live, total } = evidence;
  const { lastSeq } = stateFromBlocks(archive, sets, null, total, null);
  return [
    ...checkBlockSidecars(evidence),
    ...checkIndexAgainstBlocks(evidence),
    ...checkConsumers(archive, lastSeq, live),
  ];
}

/** Whether a block is gone beside which a server up to 2.9 kept an `.idx` file; it leaves an empty one where no message was. */
function hasLonelyIndex({ parts }: StreamArchive): boolean {
  if (parts.form === 'v2' || parts.form === 'config') return false;
  return [...strayIndexFiles(parts).values()].some(({ sizeBytes }) => sizeBytes > 0);
}
