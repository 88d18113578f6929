import { isFewerExplained } from '../../../check/declared.ts';
import { intersectParts } from '../../../core/sequence-part-sets.ts';
import { isDamage } from '../../../findings/status.ts';
import { lostBefore } from '../../../model/lost-before.ts';
import type { StreamLoss } from '../types.ts';
import { stillLost } from '../stream/lost-before.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import type { Outcome } from './outcome.ts';

/**
 * How many messages backup.json counts beyond those that were found, that are told as lost, or that something else speaks of; 0n where
 * the stream may have removed them itself. All of its sequences are deleted, says whatever has a checksum; backup.json has none.
 */
export function declaredMore(
  { sources: [own], survey: { recovered }, deleted }: Outcome,
  { lost, ranges }: Pick<StreamLoss, 'lost' | 'ranges'>,
): bigint {
  const state = own?.archive.manifest?.state ?? null;
  if (own === undefined || state === null || isExplained(own, recovered.count)) return 0n;
  const { lastSeq, messages } = state;
  const dead = intersectParts(recovered, deleted).countWithin(1n, lastSeq);
  const kept = recovered.countWithin(1n, lastSeq) - dead;
  const before = stillLost(lostBefore(own.archive), ranges, recovered).messages;
  let told = lost - before;
  for (const { state: fate, code, from, to } of ranges)
    if (fate === 'doubtful' && code !== 'UNTOLD' && to <= lastSeq) told += to - from + 1n;
  const more = messages - kept - told;
  return more > 0n ? more : 0n;
}

function isExplained({ archive, findings }: SalvagedStream, messages: bigint): boolean {
  return isFewerExplained(archive, messages, archive.form === 'v2' && !findings.some(isDamage));
}
