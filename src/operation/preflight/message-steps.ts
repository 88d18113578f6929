import { countSequences } from '../../core/sequence-ranges.ts';
import type { Finding } from '../../findings/finding.ts';
import { liveMessages } from '../predict/rules/recovered.ts';
import type { ServedStream } from '../predict/start.ts';
import type { CopyLosses } from '../loss/copy-losses.ts';
import { countRanges, type MissingMessages } from '../loss/stream-losses.ts';
import type { PreflightStep } from './types.ts';
import { someOf } from '../../core/some-of.ts';

export const LISTED_AND_MISSING = 'index.db lists the block, and it is missing';

/** So many numbers of blocks are told. */
const MOST_BLOCKS = 10;

/** What is lost already; `missing`: how many messages, with those that a cut took; `found`: all that tells of losses. */
export interface KnownLosses extends CopyLosses {
  readonly missing: MissingMessages;
  readonly found: readonly Finding[];
}

/** Blocks that are not there, which the server finds out once a consumer looks into them. */
export function missingSteps({ opened, stream }: ServedStream): PreflightStep[] {
  const found = new Set(
    stream.blocks.filter(({ flaw }) => flaw === undefined).map(({ block }) => block.index),
  );
  return opened.blocks
    .filter(({ flaw, block }) => flaw === 'missing' && found.has(block.index))
    .map(({ block, messages }) => ({
      do: 'remove-messages',
      severity: 'critical',
      file: block.entry.label,
      messages,
      reason: LISTED_AND_MISSING,
    }));
}

/** What nothing proves lost or deleted, and a server takes for deleted. */
export function doubtSteps(
  { suspected, missing, messages: lost, found }: KnownLosses,
  file: string,
): PreflightStep[] {
  const behind = missing.messages > lost ? 0n : countRanges(suspected.CON_AHEAD_OF_STREAM);
  const steps: (readonly [messages: bigint, why: string])[] = [
    [countRanges(suspected.BLK_NUMBER_MISSING), missingBlocks(found)],
    [behind, 'consumers were delivered them, and no block holds them'],
  ];
  return steps
    .filter(([messages]) => messages > 0n)
    .map(([messages, why]) => ({
      do: 'remove-messages',
      severity: 'warning',
      file,
      messages,
      reason: `up to as many: ${why}, and nothing tells that they were deleted before`,
    }));
}

/** Which they are. A hole before a block is told with the number of the one that should lie there. */
function missingBlocks(found: readonly Finding[]): string {
  const numbers = found.flatMap(({ code, data }) =>
    code === 'BLK_NUMBER_MISSING' ? (data?.['block'] ?? []) : [],
  );
  if (numbers.length === 0) return 'a block is missing';
  const told = someOf(numbers.map(String), MOST_BLOCKS);
  return numbers.length === 1 ? `block ${told} is missing` : `blocks ${told} are missing`;
}

/** What limits take, and what the server stores behind the end meanwhile. */
export function limitSteps({ opened, stream, cut }: ServedStream, file: string): PreflightStep[] {
  // An empty stream begins at its `first_seq`: nothing was stored below it.
  const isMoved = opened.lastSeq === 0n && stream.messages === 0n;
  const stored = stream.lastSeq > opened.lastSeq && !isMoved ? stream.lastSeq - opened.lastSeq : 0n;
  const removed = liveMessages(opened) + stored - stream.messages - countSequences(cut);
  const steps: PreflightStep[] = [
    {
      do: 'remove-messages',
      severity: 'warning',
      file,
      messages: removed,
      reason: 'limits, TTLs or acknowledgements',
    },
    {
      do: 'store-messages',
      severity: 'info',
      file,
      messages: stored,
      reason: 'delete markers, or what a schedule is due to publish',
    },
  ];
  return steps.filter(({ messages = 0n }) => messages > 0n);
}
