import type { ArchiveKind } from '../../container/entry.ts';
import type { Job, JobResult } from '../../workers/jobs.ts';
import type { Pool } from '../../workers/pool.ts';
import { runJob } from '../../workers/run-job.ts';
import type { VerifiedStream } from './types.ts';

/** Streams of a store to be verified in one go, by whichever thread is free: plain data. */
export interface VerifyErrand {
  readonly folders: readonly StreamFolder[];
  /** Of the archive that they are in. */
  readonly kind: ArchiveKind;
  readonly isStandalone: boolean;
  readonly atNs: bigint;
}

declare module '../../workers/jobs/errand.ts' {
  interface Errands {
    readonly verify: {
      readonly asked: VerifyErrand;
      readonly outcome: readonly (FolderVerdict | null)[];
    };
  }
}

/** Where a stream lies, as `readStreamFolder` takes it. */
export interface StreamFolder {
  readonly path: string;
  readonly label: string;
  readonly account: string | null;
  readonly name: string;
}

/** What came of one of them, and which files were read. */
export interface FolderVerdict {
  readonly stream: VerifiedStream;
  readonly read: readonly { readonly bytes: number; readonly label: string }[];
}

/** A verdict on each folder; null for a stream too large to be judged beside others. */
export async function sendErrand(
  pool: Pool,
  errand: VerifyErrand,
): Promise<readonly (FolderVerdict | null)[]> {
  const [result] = await pool.run([{ kind: 'errand', errand } as const], () => {});
  return result?.outcome ?? [];
}

/** Does a job of `verify`, in any thread. */
export async function runVerifyJob(job: Job, maxTouchedBytes?: number): Promise<JobResult<Job>> {
  if (job.kind !== 'errand') return runJob(job, maxTouchedBytes);
  const { verifyFolders } = await import('./folders.ts');
  return { kind: 'errand', outcome: await verifyFolders(job.errand, maxTouchedBytes) };
}
