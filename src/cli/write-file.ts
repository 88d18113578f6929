import { existsSync, statSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RefusedError, ToolError } from '../core/error.ts';
import { systemErrorText } from '../core/system-error.ts';
import { mustLieOutside } from '../operation/write/outside-archive.ts';

/**
 * Writes beside the target, syncs, then renames: a reader sees the old file or the new one, never half of it. Where `fill`
 * throws nothing is left. A device or pipe is written to as it is.
 */
export async function writeFileWhole<T>(
  path: string,
  fill: (write: (chunk: string | Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (existsSync(path) && !statSync(path).isFile()) return writeThrough(path, fill);
  const staged = `${path}.${process.pid}.tmp`;
  try {
    const file = await opened(path, staged, 'wx');
    let result: T;
    try {
      result = await fill(async (chunk) => file.writeFile(chunk));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staged, path);
    return result;
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}

/** Opens a file to write; the user knows it as `path`. Throws ToolError. */
async function opened(path: string, place: string, flags: string): Promise<FileHandle> {
  try {
    return await open(place, flags);
  } catch (error) {
    throw new ToolError(systemErrorText(error, path));
  }
}

/** Renaming a file over /dev/null would end the device. */
async function writeThrough<T>(
  path: string,
  fill: (write: (chunk: string | Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  const file = await opened(path, path, 'w');
  try {
    return await fill(async (chunk) => file.writeFile(chunk));
  } finally {
    await file.close();
  }
}

/** What is taken out of an archive never replaces a file, nor is it put into an archive that is read. Throws UsageError. */
export function mustBeNew(path: string, archives: readonly string[]): void {
  for (const archive of archives) mustLieOutside(archive, path);
  if (!existsSync(dirname(path)))
    throw new RefusedError(`the folder ${dirname(path)} is not there: make it first`);
  if (existsSync(path)) throw new RefusedError(`${path} is there already`);
}
