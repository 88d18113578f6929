import { asParts, NO_PARTS } from '../../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../../core/sequence-parts.ts';
import { oneRange } from '../../../core/sequence-ranges.ts';
import type { ManifestState } from '../../../format/manifest/types.ts';
import { declaredTimeNs } from '../../../model/stream-state.ts';
import type { MessageRun } from '../blocks/message-run.ts';
import { eachMessage } from '../blocks/each-message.ts';

/** All sequences below the first that an archive declares: it is of the moment of the snapshot, and what is gone stays gone. */
export function belowFirst(state: ManifestState | null): SequenceParts {
  return state === null || state.firstSeq <= 1n ? NO_PARTS : asParts(oneRange(1n, state.firstSeq - 1n));
}

/**
 * The same, where the messages that were found agree: one of the first sequence has the time that is declared, those below are no
 * newer, and not all that there is lies outside of what is declared. `source`: the archive's place; of one that only helps it proves
 * nothing, since what it lacks may have been left out of it. Throws SourceError, CancelledError.
 */
export async function provenBelowFirst(
  state: ManifestState | null,
  runs: readonly MessageRun[],
  source: number,
  signal: AbortSignal | undefined,
): Promise<SequenceParts> {
  const below = belowFirst(state);
  if (source > 0 || state === null || below.count === 0n) return NO_PARTS;
  const { firstSeq, lastSeq } = state;
  const firstTimeNs = declaredTimeNs(state.firstTime);
  const isPlausible = (seq: bigint, timeNs: bigint): boolean =>
    firstTimeNs === 0n || seq > firstSeq || (seq < firstSeq ? timeNs <= firstTimeNs : timeNs === firstTimeNs);
  let agrees = true;
  let reachedSeq = 0n;
  await eachMessage(
    { runs: () => runs, excluded: NO_PARTS, prefer: undefined, signal },
    ({ seq, timeNs }) => {
      reachedSeq = seq;
      agrees &&= isPlausible(seq, timeNs);
    },
    undefined,
    () => !agrees || reachedSeq >= firstSeq,
  );
  const isWithin = reachedSeq >= firstSeq && reachedSeq <= lastSeq;
  return agrees && (isWithin || reachedSeq === 0n) ? below : NO_PARTS;
}
