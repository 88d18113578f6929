import { posix } from 'node:path';
import { asParts, intersectParts } from '../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import { plural } from '../../core/plural.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { LostRanges } from '../salvage/losses/lost-ranges.ts';
import type { StreamLoss } from '../salvage/types.ts';
import type { ToldTwin } from '../selection/told-twins.ts';
import type { SkippedStream } from '../loss/skipped-stream.ts';

/** What became of a stream, and what is sound of it: null where that was not looked at. */
export interface Outcome {
  readonly loss: StreamLoss | undefined;
  readonly recovered: SequenceParts | null;
}

/** Streams that were skipped; of a folder that was left out, and that holds what is lost of the one that was taken, how to heal with it. */
export function withTwinHints(
  skipped: readonly SkippedStream[],
  twins: readonly ToldTwin[],
  path: string,
  outcomeOf: (archive: StreamArchive) => Outcome,
): SkippedStream[] {
  return skipped.map((stream) => {
    const twin = twins.find((one) => one.skipped === stream);
    if (twin === undefined || !mayBeOneStream(twin)) return stream;
    const messages = healed(outcomeOf(twin.taken).loss, outcomeOf(twin.found).recovered);
    if (messages === 0n) return stream;
    const folder = posix.join(path, posix.dirname(twin.found.parts.label));
    const command = `natsarc repair ${shellWord(path)} --from ${shellWord(folder)} --out healed`;
    const hint = `it holds ${plural(messages, 'message')} that are lost there: ${command} brings them back`;
    return { ...stream, reason: `${stream.reason}; ${hint}` };
  });
}

function mayBeOneStream({ taken, found }: ToldTwin): boolean {
  return taken.created === null || found.created === null || taken.created === found.created;
}

/** How many of the messages that are lost are sound elsewhere. */
function healed(loss: StreamLoss | undefined, recovered: SequenceParts | null): bigint {
  if (loss === undefined || recovered === null) return 0n;
  const lost = new LostRanges();
  for (const range of loss.ranges) if (range.state === 'lost') lost.add(range);
  return intersectParts(asParts(lost.sequences()), recovered).count;
}
