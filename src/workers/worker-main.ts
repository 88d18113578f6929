import { parentPort, workerData } from 'node:worker_threads';
import { adoptKernelModule } from '../kernels/index.ts';
import type { Job } from './jobs.ts';
import type { JobReply } from './pool.ts';
import { runJob } from './run-job.ts';

adoptKernelModule((workerData as { kernel: WebAssembly.Module }).kernel);

parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(replyTo(job));
});

function replyTo(job: Job): JobReply {
  try {
    return { result: runJob(job) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
