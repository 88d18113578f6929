import { closeSync, lstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { beginsAsS2 } from '../codec/s2/framing.ts';
import { isCompressedBlock } from '../container/block-packing.ts';
import { PACKED_WORK, threadsBeside, WORTH_THREADS_BYTES } from '../workers/thread-count.ts';
import { THREAD_ENTRY } from './thread-entry.ts';

/** Blocks are sealed and packed: threads pay earlier than where they are only read. */
export const WRITING = { worthThreadsBytes: 32 * 1024 * 1024 } as const;

/** Messages become text there: that is as much again. */
export const RENDERING = { worthThreadsBytes: 96 * 1024 * 1024 } as const;

/** To open and to judge a small stream takes as long as reading so much, and threads do that, too. */
export const VERIFYING = { streamWorkBytes: 512 * 1024 } as const;

/** What tells how a file is packed. */
const HEAD_BYTES = 16;

/** Files of an archive that are not blocks have an ending; a folder with one is known once the archive is open. */
const FILE_NAME = /\.[a-z]+$/;

/** Of an archive of more files the size is known once it is open. */
const MOST_LOOKS = 4000;

/** Whether an archive looks large, and when the threads that were started for it are ready; null: there are none. */
export interface ThreadsAhead {
  readonly isLarge: boolean;
  readonly ready: Promise<void> | null;
}

/**
 * Starts threads for an archive that looks large enough to need them, while all else is still to be loaded: a thread
 * takes longer to start than an archive to open. Whatever is wrong with the path is for the opening to say.
 */
export async function startThreadsAhead(
  path: string,
  options: {
    readonly jobs?: number | undefined;
    readonly worthThreadsBytes?: number;
    readonly streamWorkBytes?: number;
  },
): Promise<ThreadsAhead> {
  const count = threadsBeside(options.jobs);
  const isWorthIt = isLarge(
    path,
    options.worthThreadsBytes ?? WORTH_THREADS_BYTES,
    options.streamWorkBytes ?? 0,
  );
  if (!isWorthIt || count === 0) return { isLarge: isWorthIt, ready: null };
  const { startAhead } = await import('../workers/thread-supply.ts');
  return { isLarge: true, ready: startAhead(THREAD_ENTRY, count) };
}

function isLarge(path: string, leastBytes: number, streamWorkBytes: number): boolean {
  const given = attempt(() => statSync(path));
  if (given?.isFile() === true) return given.size * workOfByte(path) >= leastBytes;
  if (given?.isDirectory() !== true) return false;
  const folders = [path];
  let work = 0;
  let looks = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let blockWork = 0;
    for (const name of attempt(() => readdirSync(folder as string)) ?? []) {
      const file = `${folder}/${name}`;
      if (++looks > MOST_LOOKS) return false;
      if (name.endsWith('.blk')) {
        const sizeBytes = sizeOf(file);
        // The blocks of a folder are packed alike.
        if (sizeBytes > 0) work += sizeBytes * (blockWork ||= workOfByte(file));
      } else if (name.endsWith('.s2')) work += sizeOf(file) * PACKED_WORK;
      else if (!FILE_NAME.test(name) && isFolder(file)) {
        folders.push(file);
        if (name === 'msgs') work += streamWorkBytes;
      }
      if (work >= leastBytes) return true;
    }
  }
  return false;
}

/** 0 for what is no file: a pipe, once opened, waits for its writer. */
function sizeOf(file: string): number {
  const stats = attempt(() => lstatSync(file));
  return stats?.isFile() === true ? stats.size : 0;
}

/** Links are not followed, here as elsewhere. */
function isFolder(path: string): boolean {
  return attempt(() => lstatSync(path))?.isDirectory() === true;
}

/** How many plain bytes one of a file stands for, by how it begins. */
function workOfByte(file: string): number {
  const head = new Uint8Array(HEAD_BYTES);
  attempt(() => {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, head, 0, HEAD_BYTES, 0);
    } finally {
      closeSync(descriptor);
    }
  });
  return isCompressedBlock(head) || beginsAsS2(head) ? PACKED_WORK : 1;
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
