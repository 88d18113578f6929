import { isCompressedBlock, PACKING_BYTES } from '../../container/block-packing.ts';
import type { FileStreamParts, StreamParts } from '../../container/entry.ts';
import { PACKED_WORK, WORTH_THREADS_BYTES } from '../../workers/thread-count.ts';

/** What is worth threads. */
export interface WorthOptions {
  /** From how many bytes on threads pay. */
  readonly worthThreadsBytes?: number;
  /** What threads do for each stream that is a folder, beside reading it: as much work as reading so many bytes. */
  readonly streamWorkBytes?: number;
}

/** How much work streams are; where they are many, no more of them are looked into than it takes to be worth threads. */
export function workOfAll(streams: readonly StreamParts[], options: WorthOptions): number {
  const { worthThreadsBytes: enoughBytes = WORTH_THREADS_BYTES, streamWorkBytes = 0 } = options;
  let work = streamWorkBytes * streams.filter(({ form }) => form === 'store').length;
  for (const parts of streams) {
    if (work >= enoughBytes) break;
    work += workOf(parts);
  }
  return work;
}

/** How much work a stream is, in bytes of plain blocks. */
function workOf(parts: StreamParts): number {
  if (parts.form === 'config') return parts.sizeBytes;
  if (parts.form === 'v1' || parts.form === 'v2') return parts.sizeBytes * PACKED_WORK;
  return parts.form === 'store' && isPacked(parts) ? parts.sizeBytes * PACKED_WORK : sizeOf(parts);
}

/** A .tgz is unpacked before its blocks are read. */
function sizeOf({ carrier, sizeBytes }: FileStreamParts): number {
  return carrier?.sizeBytes ?? sizeBytes;
}

/** Whether blocks of a store are compressed, by one of them. One that cannot be read is told of when its turn comes. */
function isPacked(parts: FileStreamParts): boolean {
  const block = parts.entries.find(({ path, sizeBytes }) => path.endsWith('.blk') && sizeBytes > 0);
  if (block === undefined) return false;
  const head = new Uint8Array(PACKING_BYTES);
  try {
    const source = block.open();
    source.read(head, 0);
    source.close();
  } catch {
    return false;
  }
  return isCompressedBlock(head);
}
