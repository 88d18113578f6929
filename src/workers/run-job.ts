import type { Job, JobResult } from './jobs.ts';
import { scanBlock } from './scan-block.ts';
import { tallyBlock } from './tally-block.ts';

/** Does one job in the calling thread; throws as `runJob` does. */
export type RunJob = (job: Job, maxTouchedBytes?: number) => Promise<JobResult<Job>>;

/**
 * Does one job in the calling thread. Throws SourceError where the system refuses to read, LargeRecord where a record
 * would touch more memory than allowed.
 */
export async function runJob(job: Job, maxTouchedBytes?: number): Promise<JobResult<Job>> {
  switch (job.kind) {
    case 'scan':
      return scanBlock(job, maxTouchedBytes);
    case 'tally':
      return tallyBlock(job, maxTouchedBytes);
    case 'fingerprint': {
      const { loadFingerprints } = await import('../codec/fingerprint.ts');
      const { fingerprintBlock } = await import('./fingerprint-block.ts');
      await loadFingerprints();
      return fingerprintBlock(job, maxTouchedBytes);
    }
    case 'walk': {
      const { walkMessages } = await import('./walk-messages.ts');
      return walkMessages(job);
    }
    case 'render': {
      const { renderBlock } = await import('./render-block.ts');
      return renderBlock(job);
    }
    case 'rewrite': {
      const { rewriteBlock } = await import('./rewrite-block.ts');
      return rewriteBlock(job);
    }
    case 'place': {
      const { placeBlock } = await import('./place-block.ts');
      return placeBlock(job);
    }
    case 'take-over': {
      const { takeOverBlock } = await import('./take-over-block.ts');
      return takeOverBlock(job, maxTouchedBytes);
    }
    case 'errand':
      throw new Error('an errand is for the room that sent it');
  }
}
