import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { pastConsumers } from '../deletes/delete-notes.ts';
import { untoldDeletes } from '../deletes/untold-deletes.ts';
import { revivedMessages } from '../predict/revived.ts';
import type { ServerRules } from '../predict/rules/server-rules.ts';
import type { ServedStream } from '../predict/start.ts';
import type { PreflightStep } from './types.ts';

/** Deleted messages that a start brings back, and those of which nothing tells whether it does. */
export function deletedSteps(
  result: ServedStream,
  evidence: StreamEvidence,
  rules: ServerRules,
  file: string,
): PreflightStep[] {
  if (result.opened.isIndexed) return [];
  const { archive, sets, live } = evidence;
  const only = rules.tombstones
    ? 'index.db tells'
    : 'tombstones, which this server does not know, or index.db tell';
  const steps: (readonly [messages: bigint, reason: string])[] = [
    [
      revivedMessages(result, evidence),
      `only ${only} that they were deleted, and the server rebuilds from the blocks`,
    ],
    doubtful(evidence),
  ];
  const step = { do: 'revive-messages', severity: 'warning', file } as const;
  // That the end was cut, blocks and index tell in steps of their own.
  const untold = live.count === 0n ? [] : untoldDeletes(archive, sets).filter(({ why }) => why !== 'end');
  return [
    ...steps
      .filter(([messages]) => messages > 0n)
      .map(([messages, reason]) => ({ ...step, messages, reason })),
    ...untold.map(({ text }) => ({ ...step, reason: text })),
  ];
}

function doubtful({ archive, live, indexDeletes }: StreamEvidence): readonly [bigint, string] {
  if (indexDeletes?.isProven === false) {
    const reason =
      'an index.db of another stream of this name, or of another course of it, calls them deleted';
    return [indexDeletes.messages, `up to as many: ${reason}`];
  }
  const reason = 'no consumer waits for them: acknowledged or passed over, they may have been deleted';
  return [pastConsumers(archive, live)?.messages ?? 0n, `up to as many: ${reason}`];
}
