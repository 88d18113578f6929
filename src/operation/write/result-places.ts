import type { RewriteJob, RewriteResult } from '../../workers/jobs.ts';
import { rewrittenRoom } from '../../workers/rewrite-block.ts';
import type { FileSink } from '../../writer/file-sink.ts';
import type { SoundBlock } from './stream-content.ts';

/** Where a thread puts the block that it makes. */
export interface ResultPlace {
  readonly target: RewriteJob['target'];
  /** Passes on what was put there. */
  take(result: RewriteResult): void;
  /** Nothing will be taken; nobody writes there any more. */
  giveUp(): void;
}

/** Places for the blocks of a stream, by their number: files of their own where the sink starts some, else memory. */
export function resultPlaces(
  sink: FileSink,
  blocks: readonly SoundBlock[],
  window: number,
): (number: number) => ResultPlace {
  return sink.startFile === undefined
    ? memoryPlaces(sink, blocks, window)
    : (number) => filePlace(sink, number);
}

function filePlace(sink: FileSink, number: number): ResultPlace {
  const file = sink.startFile?.(pathOf(number));
  if (file === undefined) throw new Error('the sink starts no files');
  return {
    target: { kind: 'file', descriptor: file.descriptor },
    take: ({ lengthBytes }) => file.end(lengthBytes),
    giveUp: () => file.end(0),
  };
}

/** Memory is shared with the threads, and used again once what is in it was taken. */
function memoryPlaces(
  sink: FileSink,
  blocks: readonly SoundBlock[],
  window: number,
): (number: number) => ResultPlace {
  const room = rewrittenRoom(Math.max(0, ...blocks.map(({ rawBytes }) => rawBytes)));
  const buffers = Array.from({ length: Math.min(window, blocks.length) }, () => new SharedArrayBuffer(room));
  return (number) => {
    const bytes = new Uint8Array(buffers[number % buffers.length] ?? new SharedArrayBuffer(room));
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
