import { parentPort, workerData } from 'node:worker_threads';
import { SourceError, ToolError, WriteError } from '../core/error.ts';
import { adoptKernelModule } from '../kernels/index.ts';
import type { Job } from './jobs.ts';
import type { RunJob } from './run-job.ts';
import { LargeRecord, MAX_TOUCHED_BYTES } from './scan-block.ts';
import type { ThreadMessage } from './thread.ts';

/** What a thread does from its beginning: jobs, until it is ended. */
export function serveJobs(runJob: RunJob): void {
  adoptKernelModule((workerData as { kernel: WebAssembly.Module }).kernel);
  let last = Promise.resolve();
  parentPort?.on('message', (job: Job) => {
    // One after the other: replies are told apart by their order.
    last = last.then(async () => {
      const reply = await replyTo(job, runJob);
      parentPort?.postMessage(reply, handedOver(reply));
    });
  });
  parentPort?.postMessage('ready' satisfies ThreadMessage);
}

/** Memory that the other side takes over: a copy would stay here until this thread tidies up, which is seldom. */
function handedOver(reply: ThreadMessage): ArrayBuffer[] {
  if (typeof reply === 'string' || 'error' in reply) return [];
  const { result } = reply;
  if (result.kind === 'fingerprint') return [result.prints.buffer];
  const rewritten = result.kind === 'take-over' ? result.rewritten : result;
  if (rewritten?.kind !== 'rewrite') return [];
  return rewritten.subjects.flatMap(({ text, lengths, messages, hashes }) =>
    [text, lengths, messages, hashes].map(({ buffer }) => buffer),
  );
}

async function replyTo(job: Job, runJob: RunJob): Promise<ThreadMessage> {
  try {
    return { result: await runJob(job, MAX_TOUCHED_BYTES) };
  } catch (error) {
    if (error instanceof LargeRecord) return 'too-large';
    if (error instanceof SourceError) return { error: error.message, kind: 'source' };
    if (error instanceof WriteError) return { error: error.message, kind: 'write' };
    if (error instanceof ToolError) return { error: error.message, kind: 'tool' };
    const told = error instanceof Error ? error.stack : undefined;
    return { error: told ?? String(error), kind: 'defect' };
  }
}
