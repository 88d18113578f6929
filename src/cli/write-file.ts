import { open, rename, rm } from 'node:fs/promises';

/** Writes beside the target, syncs, then renames: a reader sees the old file or the new one, never half of it. */
export async function writeFileWhole(path: string, chunks: Iterable<string>): Promise<void> {
  const staged = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(staged, 'wx');
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}
