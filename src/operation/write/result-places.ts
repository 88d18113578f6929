import type { Pool } from '../../workers/pool.ts';
import type { RewriteJob, RewriteResult } from '../../workers/jobs/rewrite.ts';
import type { ScanJob } from '../../workers/jobs/scan.ts';
import { LARGEST_BLOCK_BYTES, rewrittenRoom } from '../../workers/rewrite-block.ts';
import type { FileSink } from '../../writer/file-sink.ts';

/** Where a thread puts the block that it makes. */
export interface ResultPlace {
  readonly target: RewriteJob['target'];
  /** Passes on what was put there. To be called in the order of the blocks; when it is done the place is given back. */
  take(result: RewriteResult): Promise<void>;
  /** Nothing will be taken; nobody writes there any more. */
  giveUp(): void;
}

/** How a block that was written is to be checked. */
export type BlockCheck = Pick<ScanJob, 'key' | 'headerSeqs'>;

/** Gives a place for a block, by its number. */
type Places = (number: number, check: BlockCheck) => ResultPlace;

/** Places for the blocks of a stream: files of their own where the sink starts some, else memory. */
export function resultPlaces(sink: FileSink, pool: Pool): Places {
  return sink.startFile === undefined
    ? memoryPlaces(sink, pool)
    : (number, check) => filePlace(sink, number, check);
}

function filePlace(sink: FileSink, number: number, check: BlockCheck): ResultPlace {
  const file = sink.startFile?.(pathOf(number));
  if (file === undefined) throw new Error('the sink starts no files');
  const source = { kind: 'file', path: file.path } as const;
  return {
    target: { kind: 'file', descriptor: file.descriptor, readBack: { kind: 'scan', source, ...check } },
    take: async ({ lengthBytes, readBack }) => file.end(lengthBytes, readBack),
    giveUp: () => file.end(0, null),
  };
}

/** Memory is shared with the threads, and used again once what is in it was taken. */
function memoryPlaces(sink: FileSink, pool: Pool): Places {
  // What of it nobody touches costs nothing.
  const room = rewrittenRoom(LARGEST_BLOCK_BYTES);
  const free: SharedArrayBuffer[] = [];
  return (number, check) => {
    const buffer = free.pop() ?? new SharedArrayBuffer(room);
    const path = pathOf(number);
    const pack = sink.placePacked === undefined ? null : { path, ...check };
    return {
      target: { kind: 'memory', bytes: new Uint8Array(buffer), pack },
      take: async (result) => {
        const taken = new Uint8Array(buffer, 0, result.lengthBytes);
        if (result.isPacked) await placeChunks(sink, path, result, taken, pool);
        else sink.addFile(path, taken);
        free.push(buffer);
      },
      giveUp: () => {},
    };
  };
}

/** A thread writes the chunks where they belong. */
async function placeChunks(
  sink: FileSink,
  path: string,
  { contentBytes, lengthBytes, readBack }: RewriteResult,
  chunks: Uint8Array,
  pool: Pool,
): Promise<void> {
  const file = sink.placePacked?.(path, contentBytes, lengthBytes);
  if (file === undefined) throw new Error('the sink takes no chunks');
  const [done] = await pool.run([{ kind: 'place', chunks, place: file.place } as const], () => {});
  file.end(done?.isThere === true ? readBack : null);
}

function pathOf(number: number): string {
  return `msgs/${number}.blk`;
}
