import { readStreamFolder } from '../../container/stream-folder.ts';
import { Pool } from '../../workers/pool.ts';
import { runJob } from '../../workers/run-job.ts';
import { THREAD_ENTRY } from '../thread-entry.ts';
import type { FolderVerdict, StreamFolder, VerifyErrand } from './stream-folders.ts';
import { SMALL_BYTES } from './small-streams.ts';
import { verifyStream } from './stream.ts';

/** Verifies small streams one after the other, all in this thread. Throws LargeRecord as `runJob` does. */
export async function verifyFolders(
  errand: VerifyErrand,
  maxTouchedBytes?: number,
): Promise<(FolderVerdict | null)[]> {
  const pool = new Pool({
    jobs: 1,
    totalBytes: 0,
    entry: THREAD_ENTRY,
    runJob: async (job) => runJob(job, maxTouchedBytes),
  });
  const verdicts: (FolderVerdict | null)[] = [];
  for (const folder of errand.folders) verdicts.push(await verifyFolder(folder, errand, pool));
  return verdicts;
}

async function verifyFolder(
  { path, label, account, name }: StreamFolder,
  { kind, isStandalone, atNs }: VerifyErrand,
  pool: Pool,
): Promise<FolderVerdict | null> {
  const parts = readStreamFolder(path, label, account, name);
  if (parts.sizeBytes > SMALL_BYTES) return null;
  const read: { bytes: number; label: string }[] = [];
  const work = {
    container: { kind, path, streams: [parts] },
    pool,
    ownsPool: false,
    signal: undefined,
    onBytes: (bytes: number, file: string) => void read.push({ bytes, label: file }),
    atNs,
    isStandalone,
  };
  return { stream: await verifyStream(parts, work, false), read };
}
