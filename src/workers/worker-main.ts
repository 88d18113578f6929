import { parentPort, workerData } from 'node:worker_threads';
import { SourceError, ToolError } from '../core/error.ts';
import { adoptKernelModule } from '../kernels/index.ts';
import type { Job } from './jobs.ts';
import type { ThreadMessage } from './thread.ts';
import { runJob } from './run-job.ts';
import { LargeRecord } from './scan-block.ts';

/** A thread keeps what it has once touched; records of up to 32 MiB are left to the one main thread. */
const MAX_TOUCHED_BYTES = 6 * 1024 * 1024;

adoptKernelModule((workerData as { kernel: WebAssembly.Module }).kernel);

let last = Promise.resolve();
parentPort?.on('message', (job: Job) => {
  // One after the other: replies are told apart by their order.
  last = last.then(async () => {
    const reply = await replyTo(job);
    parentPort?.postMessage(reply, handedOver(reply));
  });
});
parentPort?.postMessage('ready' satisfies ThreadMessage);

/** Memory that the other side takes over: a copy would stay here until this thread tidies up, which is seldom. */
function handedOver(reply: ThreadMessage): ArrayBuffer[] {
  if (typeof reply === 'string' || 'error' in reply) return [];
  const { result } = reply;
  if (result.kind === 'fingerprint') return [result.prints.buffer];
  if (result.kind !== 'rewrite') return [];
  return result.subjects.flatMap(({ text, lengths, messages }) =>
    [text, lengths, messages].map(({ buffer }) => buffer),
  );
}

async function replyTo(job: Job): Promise<ThreadMessage> {
  try {
    return { result: await runJob(job, MAX_TOUCHED_BYTES) };
  } catch (error) {
    if (error instanceof LargeRecord) return 'too-large';
    return {
      error: error instanceof Error ? error.message : String(error),
      isSource: error instanceof SourceError || !(error instanceof ToolError),
    };
  }
}
