import { findingsBesideBlocks, NO_RESULTS, streamLosses } from '../loss/stream-losses.ts';
import { lossFields } from '../loss/loss-fields.ts';
import type { LossFields } from '../types.ts';
import type { Side } from './side.ts';

/** What of a damaged side could not be compared, and what a repair would find of it; null where nothing is lost. Throws SourceError, CancelledError. */
export async function lossesOfSide(side: Side): Promise<LossFields | null> {
  const { archive, evidence, live, findings, work } = side;
  if (live === null) return null;
  const beside = evidence === null ? [] : findingsBesideBlocks(evidence);
  const read = evidence ?? { archive, live, results: NO_RESULTS };
  const fields = lossFields(await streamLosses(read, [...findings, ...beside], work));
  return fields.lost_messages === 0n ? null : fields;
}
