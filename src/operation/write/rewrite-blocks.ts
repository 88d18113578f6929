import { hashKey } from '../../codec/highwayhash.ts';
import type { PackedRanges } from '../../core/packed-ranges.ts';
import type { BlockFile } from '../../model/stream-archive.ts';
import type { RewriteJob, RewriteResult } from '../../workers/jobs/rewrite.ts';
import type { Pool } from '../../workers/pool.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import type { StreamEnd } from '../../writer/index-files.ts';
import { StreamLayout } from '../../writer/stream-layout.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import { pause } from '../../core/pause.ts';
import { resultPlaces, type BlockCheck, type ResultPlace } from './result-places.ts';
import type { SoundBlock, SoundBlocks, UnreadContent } from '../content/content.ts';

/** Blocks that are under way at a time, beside one for each thread: the calling thread, busy with one, hands out no others. */
const AHEAD = 4;
/** Blocks that are being put in their place while others are under way. */
const MOST_TAKEN = 2;

/** A stream is not what its index made believe; what was written of it is of no use. */
export class NotAsPresumed extends Error {}

/** What blocks are taken over for. */
interface Rewriting {
  readonly stream: OutgoingStream;
  readonly blocks: readonly SoundBlock[];
  readonly pool: Pool;
  readonly placeOf: ReturnType<typeof resultPlaces>;
  /** What the last block ends with, where the stream's last message is deleted. */
  readonly tail: RewriteJob['tail'];
  readonly layout: StreamLayout;
}

interface BlockUnderWay {
  readonly live: PackedRanges;
  readonly place: ResultPlace;
  readonly result: Promise<RewriteResult>;
}

/**
 * Takes blocks over, one for one, in threads; those of unread content are checked in the same reading. Throws CancelledError,
 * ToolError, SourceError, NotAsPresumed.
 */
export async function rewriteBlocks(
  stream: OutgoingStream,
  { blocks, pool }: SoundBlocks,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const layout = new StreamLayout();
  const tail = tailOf(blocks, end);
  const rewriting = { stream, blocks, pool, placeOf: resultPlaces(sink, pool), tail, layout };
  const underWay: BlockUnderWay[] = [];
  const taken: Promise<void>[] = [];
  const window = pool.width + AHEAD;
  void pool.prepare();
  try {
    for (let number = 1; number <= window; number++) underWay.push(...start(number, rewriting));
    for (let number = 1; underWay[0] !== undefined; number++) {
      const { live, place, result } = underWay[0];
      const written = await result;
      underWay.shift();
      const took = place.take(written);
      took.catch(() => {});
      taken.push(took);
      layout.block(number, written, live);
      if (tail !== null && number === blocks.length) layout.tail(number, tail.seq, tail.timeNs);
      layout.ended(number, written.lastChecksum);
      if (taken.length > MOST_TAKEN) await taken.shift();
      underWay.push(...start(number + window, rewriting));
      await pause(signal);
    }
    await Promise.all(taken);
    return layout;
  } finally {
    // A thread may still be writing to a file.
    await Promise.allSettled([...taken, ...underWay.map(({ result }) => result)]);
    for (const { place } of underWay) place.giveUp();
  }
}

function tailOf(blocks: readonly SoundBlock[], { lastSeq, lastTimeNs }: StreamEnd): RewriteJob['tail'] {
  const isDeleted = lastSeq > (blocks.at(-1)?.live.last ?? 0n);
  return isDeleted ? { seq: lastSeq, timeNs: lastTimeNs } : null;
}

/** Begins with the block of a number; with none where there are not so many. */
function start(number: number, rewriting: Rewriting): BlockUnderWay[] {
  const block = rewriting.blocks[number - 1];
  if (block === undefined) return [];
  const { name, config } = rewriting.stream;
  const headerSeqs = config['allow_msg_ttl'] === true || config['allow_msg_schedules'] === true;
  const check: BlockCheck = { key: hashKey(`${name}-${number}`), headerSeqs };
  const place = rewriting.placeOf(number, check);
  const result = rewrite(block, number, check.key, place, rewriting);
  // One that fails is met when its turn comes.
  result.catch(() => {});
  return [{ live: block.live, place, result }];
}

async function rewrite(
  block: SoundBlock,
  number: number,
  key: Uint8Array,
  { target }: ResultPlace,
  { stream, blocks, pool, tail, layout }: Rewriting,
): Promise<RewriteResult> {
  const { owner, file } = block;
  const { unread } = stream.content;
  const job: RewriteJob = {
    kind: 'rewrite',
    ...(await block.open()),
    live: block.live,
    key,
    keepsSums: owner !== null && owner.name === stream.name && owner.number === number,
    tail: number === blocks.length ? tail : null,
    // Subjects that are too many to remember need not be sent either.
    countsSubjects: layout.numSubjects !== null,
    target,
  };
  if (unread !== undefined && file !== null) return takeOver(job, file, unread, pool);
  const [result] = await pool.run([job], () => {});
  return result as RewriteResult;
}

/** Checks a block and takes it over. Throws NotAsPresumed where that is not what was to be written. */
async function takeOver(
  job: RewriteJob,
  block: BlockFile,
  unread: UnreadContent,
  pool: Pool,
): Promise<RewriteResult> {
  const [done] = await pool.run(
    [{ kind: 'take-over', scan: unread.jobOf(block), rewrite: job } as const],
    () => {},
  );
  if (done === undefined) throw new NotAsPresumed();
  unread.scans.set(block.index, done.scan);
  unread.onScanned(block);
  if (done.rewritten === null) throw new NotAsPresumed();
  return done.rewritten;
}
