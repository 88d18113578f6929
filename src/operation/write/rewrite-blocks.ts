import { hashKey } from '../../codec/highwayhash.ts';
import { unpackRanges } from '../../core/packed-ranges.ts';
import type { SequenceRanges } from '../../core/sequence-ranges.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { RewriteJob, RewriteResult } from '../../workers/jobs.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import type { StreamEnd } from '../../writer/index-files.ts';
import { StreamLayout } from '../../writer/stream-layout.ts';
import { pause } from './pause.ts';
import { resultPlaces, type ResultPlace } from './result-places.ts';
import type { SoundBlocks } from './stream-content.ts';

/** Blocks that are under way at a time. */
const WINDOW = 6;

interface Rewriting {
  readonly live: SequenceRanges;
  readonly place: ResultPlace;
  readonly result: Promise<RewriteResult>;
}

/** Takes blocks over, one for one, in threads. Throws CancelledError, ToolError, SourceError. */
export async function rewriteBlocks(
  name: string,
  { sets, pool, streamName }: SoundBlocks,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const layout = new StreamLayout();
  const places = resultPlaces(sink, sets, WINDOW);
  const isTailDeleted = end.lastSeq > (sets.at(-1)?.live.last ?? 0n);
  const tail = isTailDeleted ? { seq: end.lastSeq, timeNs: end.lastTimeNs } : null;
  const underWay: Rewriting[] = [];
  const start = (at: number): void => {
    const set = sets[at];
    if (set === undefined) return;
    const [number, isLast] = [at + 1, at === sets.length - 1];
    const place = places(number);
    const live = unpackRanges(set.live);
    const job: RewriteJob = {
      kind: 'rewrite',
      source: descriptorOf(set.block.entry),
      live,
      key: hashKey(`${name}-${number}`),
      keepsSums: name === streamName && number === set.block.index,
      tail: isLast ? tail : null,
      // Subjects that are too many to remember need not be sent either.
      countsSubjects: layout.numSubjects !== null,
      target: place.target,
    };
    const result = pool.run([job], () => {}).then(([one]) => one as RewriteResult);
    // One that fails is met when its turn comes.
    result.catch(() => {});
    underWay.push({ live, place, result });
  };
  void pool.prepare();
  try {
    for (let at = 0; at < WINDOW; at++) start(at);
    for (let number = 1; underWay[0] !== undefined; number++) {
      const { live, place, result } = underWay[0];
      const rewritten = await result;
      underWay.shift();
      place.take(rewritten);
      layout.block(number, rewritten, live);
      if (tail !== null && number === sets.length) layout.tail(number, tail.seq, tail.timeNs);
      layout.ended(number, rewritten.lastChecksum);
      start(number - 1 + WINDOW);
      await pause(signal);
    }
    return layout;
  } finally {
    // A thread may still be writing to a file.
    await Promise.allSettled(underWay.map(({ result }) => result));
    for (const { place } of underWay) place.giveUp();
  }
}
