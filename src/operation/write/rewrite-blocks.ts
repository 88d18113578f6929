import { hashKey } from '../../codec/highwayhash.ts';
import { unpackRanges, type PackedRanges } from '../../core/packed-ranges.ts';
import type { RewriteJob, RewriteResult } from '../../workers/jobs.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import type { StreamEnd } from '../../writer/index-files.ts';
import { StreamLayout } from '../../writer/stream-layout.ts';
import { pause } from './pause.ts';
import { resultPlaces, type ResultPlace } from './result-places.ts';
import type { SoundBlock, SoundBlocks } from './stream-content.ts';

/** Blocks that are under way at a time. */
const WINDOW = 6;

interface Rewriting {
  readonly live: PackedRanges;
  readonly place: ResultPlace;
  readonly result: Promise<RewriteResult>;
}

/** Takes blocks over, one for one, in threads. Throws CancelledError, ToolError, SourceError. */
export async function rewriteBlocks(
  name: string,
  { blocks, pool }: SoundBlocks,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const layout = new StreamLayout();
  const places = resultPlaces(sink, blocks, WINDOW);
  const isTailDeleted = end.lastSeq > (blocks.at(-1)?.live.last ?? 0n);
  const tail = isTailDeleted ? { seq: end.lastSeq, timeNs: end.lastTimeNs } : null;
  const underWay: Rewriting[] = [];
  const rewritten = async (block: SoundBlock, number: number, place: ResultPlace): Promise<RewriteResult> => {
    const { source, input } = await block.open();
    const { owner } = block;
    const job: RewriteJob = {
      kind: 'rewrite',
      source,
      input,
      live: unpackRanges(block.live),
      key: hashKey(`${name}-${number}`),
      keepsSums: owner !== null && owner.name === name && owner.number === number,
      tail: number === blocks.length ? tail : null,
      // Subjects that are too many to remember need not be sent either.
      countsSubjects: layout.numSubjects !== null,
      target: place.target,
    };
    const [result] = await pool.run([job], () => {});
    return result as RewriteResult;
  };
  const start = (number: number): void => {
    const block = blocks[number - 1];
    if (block === undefined) return;
    const place = places(number);
    const result = rewritten(block, number, place);
    // One that fails is met when its turn comes.
    result.catch(() => {});
    underWay.push({ live: block.live, place, result });
  };
  void pool.prepare();
  try {
    for (let number = 1; number <= WINDOW; number++) start(number);
    for (let number = 1; underWay[0] !== undefined; number++) {
      const { live, place, result } = underWay[0];
      const written = await result;
      underWay.shift();
      place.take(written);
      layout.block(number, written, unpackRanges(live));
      if (tail !== null && number === blocks.length) layout.tail(number, tail.seq, tail.timeNs);
      layout.ended(number, written.lastChecksum);
      start(number + WINDOW);
      await pause(signal);
    }
    return layout;
  } finally {
    // A thread may still be writing to a file.
    await Promise.allSettled(underWay.map(({ result }) => result));
    for (const { place } of underWay) place.giveUp();
  }
}
