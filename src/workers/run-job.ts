import type { Job, JobResult } from './jobs.ts';
import { scanBlock } from './scan-block.ts';
import { tallyBlock } from './tally-block.ts';

/**
 * Does one job in the calling thread. Throws SourceError where the system refuses to read, LargeRecord where a record
 * would touch more memory than allowed.
 */
export function runJob(job: Job, maxTouchedBytes?: number): JobResult<Job> {
  return job.kind === 'scan' ? scanBlock(job, maxTouchedBytes) : tallyBlock(job, maxTouchedBytes);
}
