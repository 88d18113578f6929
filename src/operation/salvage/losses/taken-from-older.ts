import { asParts, intersectParts } from '../../../core/sequence-part-sets.ts';
import { plural } from '../../../core/plural.ts';
import { lostBefore } from '../../../model/lost-before.ts';
import type { SalvagedStream } from '../stream/salvaged-stream.ts';
import type { Survey } from '../survey/survey.ts';

/**
 * How many messages are from archives that are older than the one that is repaired, by what each counts: it may have deleted them
 * since.
 */
export function takenFromOlder(
  [own, ...others]: readonly SalvagedStream[],
  helped: Survey['helped'],
): bigint {
  const counted = own?.counted ?? null;
  if (counted === null) return 0n;
  return others
    .filter(({ counted: its, lastSeq }) => {
      const isLess = lastSeq === counted.lastSeq && its !== null && its.messages > counted.messages;
      return lastSeq < counted.lastSeq || isLess;
    })
    .reduce((sum, { runs }) => sum + (helped.get(runs()[0]?.source ?? -1) ?? 0n), 0n);
}

/** That deleted messages are among what older archives gave, in words, where the archive's own count tells it; else null. */
export function takenDeletedText(
  sources: readonly SalvagedStream[],
  { recovered, helped }: Pick<Survey, 'recovered' | 'helped'>,
): string | null {
  const [own] = sources;
  const counted = own?.counted ?? null;
  const taken = takenFromOlder(sources, helped);
  if (own === undefined || counted === null || taken === 0n) return null;
  const { firstSeq, lastSeq, messages } = counted;
  const healed = intersectParts(recovered, asParts(lostBefore(own.archive).seqs)).count;
  const here = recovered.countWithin(firstSeq, lastSeq) - healed;
  if (here <= messages) return null;
  const excess = here - messages < taken ? here - messages : taken;
  return `the archive counts ${plural(messages, 'message')}, ${here} are here: at least ${excess} that were taken from older archives had been deleted, and nothing tells which`;
}
