import { parentPort, workerData } from 'node:worker_threads';
import { adoptKernelModule } from '../kernels/index.ts';
import type { Job } from './jobs.ts';
import type { ThreadMessage } from './thread.ts';
import { runJob } from './run-job.ts';
import { LargeRecord } from './scan-block.ts';

/** A thread keeps what it has once touched; records of up to 32 MiB are left to the one main thread. */
const MAX_TOUCHED_BYTES = 6 * 1024 * 1024;

adoptKernelModule((workerData as { kernel: WebAssembly.Module }).kernel);

parentPort?.on('message', (job: Job) => {
  parentPort?.postMessage(replyTo(job));
});
parentPort?.postMessage('ready' satisfies ThreadMessage);

function replyTo(job: Job): ThreadMessage {
  try {
    return { result: runJob(job, MAX_TOUCHED_BYTES) };
  } catch (error) {
    if (error instanceof LargeRecord) return 'too-large';
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
