import type { StreamParts } from '../../container/entry.ts';
import type { StreamFolder } from './stream-folders.ts';

/** A stream of at most so much is more work to open and to judge than to read, and is left to one thread. */
export const SMALL_BYTES: number = 4 * 1024 * 1024;

/** Of fewer streams those that are under way at once keep all threads busy. */
const MANY = 64;
const SAMPLED = 16;

/** Whether most streams are small folders, by a sample: to look into all of them takes as long as other work on them. */
export function areManySmall(streams: readonly StreamParts[]): boolean {
  const folders = streams.filter((parts) => folderOf(parts) !== null);
  if (folders.length < MANY) return false;
  const sample = Array.from(
    { length: SAMPLED },
    (_, i) => folders[Math.floor((i * folders.length) / SAMPLED)],
  );
  return sample.filter((parts) => (parts?.sizeBytes ?? 0) <= SMALL_BYTES).length > SAMPLED / 2;
}

/** Where a stream that is a folder lies; null for any other. */
export function folderOf(parts: StreamParts): StreamFolder | null {
  if (parts.form !== 'store' || parts.folder === null || parts.folderName === null) return null;
  const { folder, label, account, folderName } = parts;
  return { path: folder, label, account, name: folderName };
}
