import { plural } from '../../core/plural.ts';
import { asParts, NO_PARTS, subtractParts, uniteParts } from '../../core/sequence-part-sets.ts';
import type { SequenceParts } from '../../core/sequence-parts.ts';
import { unionOf } from '../../core/loose-ranges.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Archive } from '../open/open-archive.ts';
import { skippedStream, type SkippedStream } from '../loss/skipped-stream.ts';
import { isMisplaced, twinFolder, twinText, type TwinStream } from '../twins/twin-streams.ts';

/** What is said of a stream that is not written, since another of its name is. */
export interface ToldTwin extends TwinStream {
  /** null where the stream that is declared there is told of already. */
  readonly skipped: SkippedStream | null;
  readonly note: string | null;
}

/** What a twin holds beside the one that is taken. */
interface Compared {
  /** Messages that no stream has which is written. */
  readonly missing: SequenceParts;
  /** Messages that count as lost of the one that is taken. */
  readonly lostThere: bigint;
}

/**
 * Compares each twin with the stream that is taken instead, message by message: what only it holds is not written. `recoveredOf`: what
 * a repair keeps, null where that is not known. Throws SourceError, CancelledError.
 */
export async function tellTwins(
  twins: readonly TwinStream[],
  work: Archive,
  recoveredOf: (archive: StreamArchive) => SequenceParts | null = () => null,
): Promise<ToldTwin[]> {
  const told: ToldTwin[] = [];
  for (const twin of twins) {
    const compared = await compareTwin(twin, work, recoveredOf(twin.taken));
    const text = twinText(twin, between(twin, compared));
    told.push(
      isMisplaced(twin)
        ? { ...twin, skipped: null, note: text }
        : { ...twin, skipped: skippedTwin(twin, compared, text), note: null },
    );
  }
  return told;
}

/** null where one of them cannot be read, or was made under another name. */
async function compareTwin(
  { name, taken, found }: TwinStream,
  work: Archive,
  recovered: SequenceParts | null,
): Promise<Compared | null> {
  if (taken.name !== name || found.name !== name) return null;
  const { loadSides } = await import('../diff/side.ts');
  const { compareMessages } = await import('../diff/compare-messages.ts');
  const [a, b] = await loadSides([taken, found].map(({ parts }) => ({ parts, work })));
  if (a === undefined || b === undefined) return null;
  const sets = await compareMessages(a, b, []);
  if (sets === null) return null;
  const only = uniteParts([sets.onlyB, sets.changed]);
  // Where no message is another one it is the same stream: what is lost of it is counted there.
  if (sets.changed.count > 0n || only.count === 0n) return { missing: only, lostThere: 0n };
  const { lossesOfSide } = await import('../diff/side-losses.ts');
  const losses = await lossesOfSide(a);
  const lost = asParts(unionOf([losses?.lost.msgs ?? []]));
  const unlike = subtractParts(only, lost);
  return {
    missing: subtractParts(unlike, recovered ?? NO_PARTS),
    lostThere: only.count - unlike.count,
  };
}

function between({ place }: TwinStream, compared: Compared | null): string {
  if (compared === null) return `, which cannot be compared with the one that is written, in ${place}`;
  const { missing, lostThere } = compared;
  if (missing.count > 0n)
    return `, with ${plural(missing.count, 'message')} that are in no written stream; the one in ${place} is written`;
  return lostThere > 0n
    ? `; the one in ${place} is written`
    : `, all of whose messages are in the one that is written, in ${place}`;
}

function skippedTwin(
  { found, declared }: TwinStream,
  compared: Compared | null,
  reason: string,
): SkippedStream {
  if (declared !== null) return skippedStream(declared, reason);
  const folder = { ...found, name: twinFolder(found) };
  if (compared === null) return skippedStream(folder, reason);
  const { missing } = compared;
  return {
    ...skippedStream({ ...folder, manifest: null }, reason),
    lost_messages: missing.count,
    lost: { msgs: [...missing.ranges()], bytes: 0 },
  };
}
