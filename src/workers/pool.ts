import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { CancelledError, SourceError } from '../core/error.ts';
import { kernelModule } from '../kernels/index.ts';
import type { Job, JobResult } from './jobs.ts';
import { runJob } from './run-job.ts';

/** What a worker answers: the result, the message of the error that stopped the job, or that the job is not for it. */
export type JobReply = { readonly result: JobResult<Job> } | { readonly error: string } | 'too-large';

/** Threads cost 30 ms to start: below this many bytes the calling thread is done first (measured). */
const WORTH_THREADS_BYTES = 150 * 1024 * 1024;

/** Memory is as fast as it is: more threads than this only cost their 15 MiB each. */
const MOST_THREADS = 8;

export interface PoolOptions {
  /** Threads at most; 1 = run in the calling thread. */
  readonly jobs?: number | undefined;
  /** How many bytes the jobs will read in all. */
  readonly totalBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs jobs in threads where that pays, else in place. Results come in the order of the jobs, whatever runs where. */
export class Pool {
  readonly #threads: number;
  readonly #signal: AbortSignal | undefined;
  readonly #all: Worker[] = [];
  readonly #idle: Worker[] = [];

  constructor(options: PoolOptions) {
    const wanted = options.jobs ?? Math.min(MOST_THREADS, availableParallelism());
    this.#threads = options.totalBytes < WORTH_THREADS_BYTES ? 1 : Math.max(1, wanted);
    this.#signal = options.signal;
  }

  /** Throws CancelledError where the signal fires, SourceError where a job could not read. */
  async run<J extends Job>(
    jobs: readonly J[],
    onDone: (job: J, at: number) => void,
  ): Promise<JobResult<J>[]> {
    const results: JobResult<J>[] = Array.from({ length: jobs.length });
    let next = 0;
    let hasFailed = false;
    const take = async (): Promise<void> => {
      while (next < jobs.length && !hasFailed) {
        if (this.#signal?.aborted === true) throw new CancelledError('cancelled');
        const at = next++;
        const job = jobs[at];
        if (job === undefined) return;
        results[at] = (await this.#runOne(job)) as JobResult<J>;
        onDone(job, at);
      }
    };
    const takers = Array.from({ length: Math.min(this.#threads, jobs.length) }, async () =>
      take().catch((error: unknown) => {
        hasFailed = true;
        throw error;
      }),
    );
    const ended = await Promise.allSettled(takers);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
    return results;
  }

  /** Ends the threads; jobs that come later start new ones. */
  async close(): Promise<void> {
    this.#idle.length = 0;
    await Promise.all(this.#all.splice(0).map(async (worker) => worker.terminate()));
  }

  async #runOne(job: Job): Promise<JobResult<Job>> {
    if (this.#threads === 1) {
      await new Promise(setImmediate);
      return runJob(job);
    }
    const worker = this.#idle.pop() ?? this.#start();
    const reply = await answerOf(worker, job);
    this.#idle.push(worker);
    if (reply === 'too-large') return runJob(job);
    if ('error' in reply) throw new SourceError(reply.error);
    return reply.result;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./worker-main.js', import.meta.url), {
      name: `natsarc-${this.#all.length + 1}`,
      workerData: { kernel: kernelModule() },
    });
    this.#all.push(worker);
    return worker;
  }
}

async function answerOf(worker: Worker, job: Job): Promise<JobReply> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    const onMessage = (reply: JobReply): void => {
      settle();
      resolve(reply);
    };
    const onError = (error: Error): void => {
      settle();
      reject(error);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage(job);
  });
}
