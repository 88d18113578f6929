import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { threadsBeside, WORTH_THREADS_BYTES } from '../workers/thread-count.ts';

/** Blocks are sealed and packed: threads pay earlier than where they are only read. */
export const WRITING = { worthThreadsBytes: 32 * 1024 * 1024 } as const;

/** A snapshot holds about so many times what it takes on disk. */
const UNPACKED_RATIO = 2;

/** Of an archive of more files the size is known once it is open. */
const MOST_LOOKS = 4000;

/**
 * Starts threads for an archive that looks large enough to need them, while all else is still to be loaded: a thread
 * takes longer to start than an archive to open. Whatever is wrong with the path is for the opening to say.
 */
export async function startThreadsAhead(
  path: string,
  options: { readonly jobs?: number | undefined; readonly worthThreadsBytes?: number },
): Promise<void> {
  const count = threadsBeside(options.jobs);
  if (count === 0 || !isLarge(path, options.worthThreadsBytes ?? WORTH_THREADS_BYTES)) return;
  const { startAhead } = await import('../workers/thread-supply.ts');
  startAhead(count);
}

function isLarge(path: string, leastBytes: number): boolean {
  const given = attempt(() => statSync(path));
  if (given?.isDirectory() !== true) return (given?.size ?? 0) * UNPACKED_RATIO >= leastBytes;
  const folders = [path];
  let bytes = 0;
  let looks = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for (const item of attempt(() => readdirSync(folder as string, { withFileTypes: true })) ?? []) {
      if (++looks > MOST_LOOKS) return false;
      if (item.isDirectory()) folders.push(join(folder, item.name));
      else bytes += contentBytes(folder, item);
      if (bytes >= leastBytes) return true;
    }
  return false;
}

function contentBytes(folder: string, file: Dirent): number {
  const sizeBytes = attempt(() => statSync(join(folder, file.name)))?.size ?? 0;
  return file.name.endsWith('.blk') ? sizeBytes : sizeBytes * UNPACKED_RATIO;
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
