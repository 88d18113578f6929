import { plural } from '../../core/plural.ts';
import { pause } from '../../core/pause.ts';
import { hasMark } from '../../findings/marks.ts';
import { mayShareSubjects } from '../../model/listened-subjects.ts';
import { declaredTimeNs } from '../../model/stream-state.ts';
import type { StreamArchive } from '../../model/stream-archive.ts';
import { RunMerge } from '../salvage/blocks/merge-runs.ts';
import { isSameMessage } from '../salvage/blocks/message-run.ts';
import type { SalvagedStream } from '../salvage/stream/salvaged-stream.ts';
import type { OtherUse } from '../salvage/types.ts';

/** Whether the stream of another archive is the one that is repaired, and what tells. */
export type Identity = Pick<OtherUse, 'used' | 'by' | 'same' | 'differing'> & { readonly reason: string };

/** So many messages that both hold tell. */
const MOST_COMPARED = 1000;
const TURN_MESSAGES = 10_000;
/** The place among the sources of the archive that is repaired. */
const OWN = 0;

/**
 * Holds two streams of one name against each other. What messages say outweighs all else: a stream that was restored into a
 * cluster is created anew. Where they have none in common, the times of its ends that backup.json declares tell; else when both
 * were created; else their subjects. Throws ToolError, CancelledError.
 */
export async function identify(
  own: SalvagedStream,
  other: SalvagedStream,
  signal: AbortSignal | undefined,
): Promise<Identity> {
  const { same, differing, ends } = await compare(own, other, signal);
  const all = same + differing;
  const told = (by: Identity['by'], used: boolean, reason: string): Identity => {
    return { used, by, same, differing, reason };
  };
  if (all > 0)
    return told(
      'messages',
      same > differing,
      `${same} of ${plural(all, 'message')} at the same sequence ${same === 1 ? 'is' : 'are'} the same`,
    );
  if (ends.fitting + ends.contrary > 0)
    return ends.contrary === 0
      ? told('declared', true, 'its messages have the times that backup.json declares')
      : told('declared', false, 'its messages do not have the times that backup.json declares');
  const [mine, theirs] = [createdOf(own.archive), createdOf(other.archive)];
  if (mine !== null && theirs !== null)
    return mine === theirs
      ? told('created', true, `created at the same time, ${mine}; no message is in both`)
      : told('created', false, `created ${theirs}, not ${mine}, and no message is in both`);
  return mayShareSubjects(own.archive.config, other.archive.config)
    ? told('subjects', true, 'name and subjects are the same; no message is in both, so nothing proves it')
    : told('subjects', false, 'it has other subjects, and no message is in both');
}

interface Comparison {
  readonly same: number;
  readonly differing: number;
  /** How many of the two ends that backup.json declares have a message of the declared time in the other, or of another time. */
  readonly ends: { readonly fitting: number; readonly contrary: number };
}

async function compare(
  own: SalvagedStream,
  other: SalvagedStream,
  signal: AbortSignal | undefined,
): Promise<Comparison> {
  const declared = declaredEnds(own.archive);
  const ends = { fitting: 0, contrary: 0 };
  const merge = new RunMerge([...own.runs(), ...other.runs()]);
  let [same, differing, looked] = [0, 0, 0];
  try {
    for (let copies = merge.next(); copies !== null; copies = merge.next()) {
      const mine = copies.find(({ source }) => source === OWN)?.message;
      const theirs = copies.find(({ source }) => source !== OWN)?.message;
      if (theirs !== undefined && mine !== undefined) {
        if (isSameMessage(mine, theirs)) same++;
        else differing++;
        if (same + differing === MOST_COMPARED) break;
      }
      const timeNs = theirs === undefined ? undefined : declared.get(theirs.seq);
      if (timeNs !== undefined) ends[timeNs === theirs?.timeNs ? 'fitting' : 'contrary']++;
      if (++looked % TURN_MESSAGES !== 0) continue;
      await pause(signal);
    }
  } finally {
    merge.close();
  }
  return { same, differing, ends };
}

/** First and last sequence as backup.json declares them, with their times. */
function declaredEnds({ manifest }: StreamArchive): Map<bigint, bigint> {
  const state = manifest?.state ?? null;
  if (state === null || state.messages === 0n) return new Map();
  const ends = [
    [state.firstSeq, declaredTimeNs(state.firstTime)],
    [state.lastSeq, declaredTimeNs(state.lastTime)],
  ] as const;
  return new Map(ends.filter(([, timeNs]) => timeNs > 0n));
}

function createdOf({ created, findings }: StreamArchive): string | null {
  return hasMark(findings, 'stream-config') ? null : created;
}
