import type { Job, JobResult } from '../../workers/jobs.ts';
import type { Pool } from '../../workers/pool.ts';
import { runJob } from '../../workers/run-job.ts';
import type { FolderVerdict, VerifyErrand } from './stream-folders.ts';

declare module '../../workers/jobs/errand.ts' {
  interface Errands {
    readonly verify: {
      readonly asked: VerifyErrand;
      readonly outcome: readonly (FolderVerdict | null)[];
    };
  }
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
