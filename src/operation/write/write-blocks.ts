import { unpackRanges } from '../../core/packed-ranges.ts';
import { hashKey } from '../../codec/highwayhash.ts';
import { NO_SEQUENCES, type SequenceRanges } from '../../core/sequence-ranges.ts';
import type { BlockLiveSet } from '../../model/live-set.ts';
import type { RewriteJob, RewriteResult } from '../../workers/jobs.ts';
import type { Pool } from '../../workers/pool.ts';
import { rewrittenRoom } from '../../workers/rewrite-block.ts';
import { BlockWriter, MOST_DELETED_IN_BLOCK } from '../../writer/block-writer.ts';
import { StreamLayout } from '../../writer/stream-layout.ts';
import type { StreamEnd } from '../../writer/index-files.ts';
import { descriptorOf } from '../../model/read-entry.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import { pause } from './pause.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import type { SoundBlocks } from './stream-content.ts';

/** Blocks that are under way at a time: so many results are held. */
const WINDOW = 6;

/** Writes the blocks of a stream and tells what they hold. Throws CancelledError, ToolError, SourceError. */
export async function writeBlocks(
  stream: OutgoingStream,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const { blocks } = stream.content;
  const isWhole = blocks !== undefined && blocks.sets.length > 0 && stream.change === null;
  return !isWhole || isSparse(blocks.sets)
    ? writeMessages(stream, sink, end, signal)
    : rewriteBlocks(stream.name, blocks, sink, end, signal);
}

/** A block with very many deleted sequences is better split where they are. */
function isSparse(sets: readonly BlockLiveSet[]): boolean {
  return sets.some(({ live }) => live.last - live.first + 1n - live.count > MOST_DELETED_IN_BLOCK);
}

async function writeMessages(
  { name, content, change }: OutgoingStream,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const blocks = new BlockWriter(name, (number, bytes) => sink.addFile(`msgs/${number}.blk`, bytes));
  await content.messages(
    (message) => {
      blocks.add(change === null ? message : change(message));
      return false;
    },
    async () => pause(signal),
  );
  blocks.finish(end.lastSeq, end.lastTimeNs);
  return blocks.layout;
}

/** Takes blocks over, one for one, in threads; while some are written the next are made. */
async function rewriteBlocks(
  name: string,
  blocks: SoundBlocks,
  sink: FileSink,
  end: StreamEnd,
  signal: AbortSignal | undefined,
): Promise<StreamLayout> {
  const { sets, pool } = blocks;
  const memory = resultMemory(sets);
  const jobs = sets.map((set, i) => jobOf(name, blocks.streamName, set, i + 1, sink, memory(i)));
  const lastJob = jobs.at(-1);
  const isTailDeleted = end.lastSeq > (sets.at(-1)?.live.last ?? 0n);
  if (isTailDeleted && lastJob !== undefined)
    jobs[jobs.length - 1] = { ...lastJob, tail: { seq: end.lastSeq, timeNs: end.lastTimeNs } };
  const layout = new StreamLayout();
  const results = underWay(jobs, pool);
  for (let number = 1; number <= jobs.length; number++) {
    const at = number - 1;
    const result = await results.next();
    takeBlock(layout, number, result, { live: jobs[at]?.live, bytes: memory(at) }, sink);
    if (isTailDeleted && number === jobs.length) layout.tail(number, end.lastSeq, end.lastTimeNs);
    layout.ended(number, result.lastChecksum);
    results.start();
    await pause(signal);
  }
  return layout;
}

/** Results in the order of the jobs. A job starts when `start` says that the memory of an earlier result is free. */
function underWay(
  jobs: readonly RewriteJob[],
  pool: Pool,
): { readonly next: () => Promise<RewriteResult>; readonly start: () => void } {
  const waiting = [...jobs];
  const started: Promise<RewriteResult>[] = [];
  const start = (): void => {
    const job = waiting.shift();
    if (job === undefined) return;
    const done = pool.run([job], () => {}).then(([result]) => result as RewriteResult);
    // One that fails is met when its turn comes.
    done.catch(() => {});
    started.push(done);
  };
  void pool.prepare();
  for (let i = 0; i < WINDOW; i++) start();
  return {
    start,
    next: async () => (await started.shift()) as RewriteResult,
  };
}

function takeBlock(
  layout: StreamLayout,
  number: number,
  result: RewriteResult,
  of: { readonly live: SequenceRanges | undefined; readonly bytes: Uint8Array },
  sink: FileSink,
): void {
  layout.block(number, result, of.live ?? NO_SEQUENCES);
  const bytes = of.bytes.subarray(0, result.lengthBytes);
  if (result.isPacked) sink.addPacked?.(bytes);
  else sink.addFile(`msgs/${number}.blk`, bytes);
}

/** Where the result of each job goes: shared with the threads, and used again once it was written. */
function resultMemory(sets: readonly BlockLiveSet[]): (at: number) => Uint8Array {
  const room = rewrittenRoom(Math.max(0, ...sets.map(({ scan }) => scan.rawBytes)));
  const buffers = Array.from({ length: Math.min(WINDOW, sets.length) }, () => new SharedArrayBuffer(room));
  return (at) => new Uint8Array(buffers[at % buffers.length] ?? new SharedArrayBuffer(room));
}

function jobOf(
  name: string,
  sourceName: string,
  { block, live }: BlockLiveSet,
  number: number,
  sink: FileSink,
  target: Uint8Array,
): RewriteJob {
  return {
    kind: 'rewrite',
    source: descriptorOf(block.entry),
    live: unpackRanges(live),
    key: hashKey(`${name}-${number}`),
    keepsSums: name === sourceName && number === block.index,
    tail: null,
    packPath: sink.addPacked === undefined ? null : `msgs/${number}.blk`,
    target,
  };
}
