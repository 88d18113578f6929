import type { StreamEvidence } from '../../check/stream-evidence.ts';
import { asParts, subtractParts, uniteParts } from '../../core/sequence-part-sets.ts';
import { lostBefore } from '../../model/lost-before.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import type { Lost } from '../types.ts';
import { knownScans } from '../salvage/rescan/known-scans.ts';
import { stillLost } from '../salvage/stream/lost-before.ts';
import { LostRanges } from '../salvage/losses/lost-ranges.ts';
import { lacksNothing } from '../salvage/lacks-nothing.ts';
import { repairStream } from '../salvage/repair-stream.ts';
import { salvageStream } from '../salvage/stream/salvage-stream.ts';
import type { SalvageWork } from '../salvage/rescan/salvage-work.ts';
import type { SalvagedStream } from '../salvage/stream/salvaged-stream.ts';
import { soundChunks } from '../salvage/rescan/sound-chunks.ts';
import { suspectedOf, type Suspected } from '../salvage/suspected.ts';
import type { LostRange, StreamLoss } from '../salvage/types.ts';
import { withPastDamage, type OpenedWork } from '../salvage/rescan/with-past-damage.ts';

/** What a copy of a damaged stream lacks, as a repair would tell it. */
export interface CopyLosses extends Suspected {
  readonly lost: Lost;
  /** How many messages are lost among the sequences of `lost`. */
  readonly messages: bigint;
  /** So many of them are intact, and a repair would keep them. */
  readonly repairable: bigint;
  /** Whether the copy lacks nothing that is known, also of consumers and configuration. */
  readonly isWhole: boolean;
  /** The stream that its records were made for, where that is another. */
  readonly owner: string | null;
}

/** What counting losses needs to know of the archive as it was opened. */
export type CountingWork = SalvageWork & OpenedWork;

/** What was read of a stream. */
export type ReadStream = Pick<StreamEvidence, 'archive' | 'live' | 'results'>;

/**
 * Counts what a copy lacks that takes over only what is live: looks past damage as a repair does, and reads once more what is
 * damaged; null where past damage there is nothing of the stream. Throws SourceError, ToolError, CancelledError.
 */
export async function lossesOfCopy(read: ReadStream, work: CountingWork): Promise<CopyLosses | null> {
  const { archive } = read;
  const known = knownScans(read);
  return withPastDamage(archive, { ...work, soundChunks: soundChunks(read) }, async (again, opened) =>
    again.form === 'config' ? null : lossesBeside(again, { ...opened, onBytes, known }, read),
  );
}

/** Nobody is shown the progress of a second reading. */
function onBytes(): void {}

async function lossesBeside(
  archive: StreamArchive,
  work: SalvageWork,
  { archive: asRead, live }: ReadStream,
): Promise<CopyLosses> {
  const own: SalvagedStream = await salvageStream(archive, work, 0, archive.name);
  try {
    const repaired = await repairStream([own], work, {});
    const { loss, found } = repaired;
    const ranges = lostNow(loss);
    const before = stillLost(lostBefore(archive), loss.ranges, found.recovered);
    const passedOver = subtractParts(found.recovered, live);
    const lost = uniteParts([passedOver, asParts(ranges.sequences())]);
    let bytes = 0;
    for (const { length } of ranges) bytes += length ?? 0;
    const gone = loss.lost - before.messages;
    const messages = atMost(own, gone + passedOver.count);
    const suspected = suspectedOf(own, loss, messages);
    return {
      lost: { msgs: [...lost.ranges()], bytes },
      messages,
      repairable: messages > gone ? messages - gone : 0n,
      owner: own.archive.name === archive.name ? null : own.archive.name,
      isWhole: lacksNothing(asRead, repaired, messages + suspected.doubtful),
      ...suspected,
    };
  } finally {
    own.close();
  }
}

/** Where deleted messages may be among those that were found, no more are lost than the archive says that it held. */
function atMost({ areDeletesUnknown, counted }: SalvagedStream, messages: bigint): bigint {
  return areDeletesUnknown && counted !== null && counted.messages < messages ? counted.messages : messages;
}

/** Without what was lost before the archive was written. */
function lostNow({ ranges }: StreamLoss): LostRanges {
  const now = new LostRanges();
  for (const range of ranges) if (isLostNow(range)) now.add(range);
  return now;
}

function isLostNow({ state, code }: LostRange): boolean {
  return state === 'lost' && code !== 'LOST_BEFORE';
}
