import type { RewriteJob, RewriteResult, ScanJob } from '../../workers/jobs.ts';
import { LARGEST_BLOCK_BYTES, rewrittenRoom } from '../../workers/rewrite-block.ts';
import type { FileSink } from '../../writer/file-sink.ts';

/** Where a thread puts the block that it makes. */
export interface ResultPlace {
  readonly target: RewriteJob['target'];
  /** Passes on what was put there. */
  take(result: RewriteResult): void;
  /** Nothing will be taken; nobody writes there any more. */
  giveUp(): void;
}

/** How a block that was written is to be checked. */
export type BlockCheck = Pick<ScanJob, 'key' | 'headerSeqs'>;

/** Places for the blocks of a stream, by their number: files of their own where the sink starts some, else memory. */
export function resultPlaces(
  sink: FileSink,
  window: number,
): (number: number, check: BlockCheck) => ResultPlace {
  return sink.startFile === undefined
    ? memoryPlaces(sink, window)
    : (number, check) => filePlace(sink, number, check);
}

function filePlace(sink: FileSink, number: number, check: BlockCheck): ResultPlace {
  const file = sink.startFile?.(pathOf(number));
  if (file === undefined) throw new Error('the sink starts no files');
  const source = { kind: 'file', path: file.path } as const;
  return {
    target: { kind: 'file', descriptor: file.descriptor, readBack: { kind: 'scan', source, ...check } },
    take: ({ lengthBytes, readBack }) => file.end(lengthBytes, readBack),
    giveUp: () => file.end(0, null),
  };
}

/** Memory is shared with the threads, and used again once what is in it was taken. */
function memoryPlaces(sink: FileSink, window: number): (number: number) => ResultPlace {
  // What of it nobody touches costs nothing.
  const room = rewrittenRoom(LARGEST_BLOCK_BYTES);
  const buffers: SharedArrayBuffer[] = [];
  return (number) => {
    const bytes = new Uint8Array((buffers[number % window] ??= new SharedArrayBuffer(room)));
    const packPath = sink.addPacked === undefined ? null : pathOf(number);
    return {
      target: { kind: 'memory', bytes, packPath },
      take: ({ lengthBytes, isPacked }) => {
        const taken = bytes.subarray(0, lengthBytes);
        if (isPacked) sink.addPacked?.(taken);
        else sink.addFile(pathOf(number), taken);
      },
      giveUp: () => {},
    };
  };
}

function pathOf(number: number): string {
  return `msgs/${number}.blk`;
}
