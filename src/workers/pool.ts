import { CancelledError } from '../core/error.ts';
import type { Job, JobResult } from './jobs.ts';
import type { RunJob } from './run-job.ts';
import { isQuick, TaskQueue } from './task-queue.ts';
import type { Employer, Task, Thread } from './thread.ts';
import { threadsBeside, WORTH_THREADS_BYTES } from './thread-count.ts';

/** A thread has its next job before it is done with one: the calling thread is busy with jobs of its own. */
const JOBS_AHEAD = 2;

/** So many jobs keep the calling thread busy until one that was given to a thread just started is under way. */
const MUCH_WORK_JOBS = 16;

/** How many threads, and when to stop. */
export interface PoolOptions {
  /** Threads at most, the calling one counted; 1 = run there alone. */
  readonly jobs?: number | undefined;
  /** How many bytes the jobs will read in all. */
  readonly totalBytes: number;
  /** From how many bytes on threads pay; less where a job does more than read. */
  readonly worthThreadsBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What threads begin with; none is started where `jobs` is 1. */
  readonly entry: URL;
  /** Does jobs in the calling thread. */
  readonly runJob: RunJob;
}

/**
 * Runs jobs in the calling thread and, where that pays, in others beside it. Results come in the order of the jobs,
 * whatever runs where.
 */
export class Pool {
  readonly #others: number;
  readonly #signal: AbortSignal | undefined;
  readonly #entry: URL;
  readonly #runJob: RunJob;
  readonly #queue = new TaskQueue();
  readonly #threads: Thread[] = [];
  #isWorking = false;
  #closings = 0;

  constructor(options: PoolOptions) {
    const isWorthThreads = options.totalBytes >= (options.worthThreadsBytes ?? WORTH_THREADS_BYTES);
    this.#others = isWorthThreads ? threadsBeside(options.jobs) : 0;
    this.#signal = options.signal;
    this.#entry = options.entry;
    this.#runJob = options.runJob;
  }

  /** Starts the threads before there are jobs: that takes a while. */
  async prepare(): Promise<void> {
    if (this.#others === 0) return;
    const closings = this.#closings;
    const { takeThread } = await import('./thread-supply.ts');
    if (closings !== this.#closings) return;
    const employer: Employer = {
      onFree: () => this.#handOut(),
      onGivenBack: (task) => {
        this.#queue.addFirst({ ...task, isOwn: true });
        this.#work();
      },
    };
    while (this.#threads.length < this.#others) {
      const thread = takeThread(this.#entry);
      thread.employ(employer);
      this.#threads.push(thread);
    }
    // Those that were started ahead are ready already.
    this.#handOut();
  }

  /** Throws CancelledError where the signal fires, SourceError where a job could not read. */
  async run<J extends Job>(
    jobs: readonly J[],
    onDone: (job: J, at: number) => void,
  ): Promise<JobResult<J>[]> {
    const results: JobResult<J>[] = Array.from({ length: jobs.length });
    if (jobs.length === 0) return results;
    if (jobs.length > 1) void this.prepare();
    await new Promise<void>((resolve, reject) => {
      let left = jobs.length;
      let hasFailed = false;
      const fail = (error: Error): void => {
        hasFailed = true;
        reject(error);
      };
      const tasks = jobs.map((job, at): Task => ({
        job,
        isOwn: false,
        isDropped: () => hasFailed,
        fail,
        done: (result) => {
          results[at] = result as JobResult<J>;
          if (!hasFailed) onDone(job, at);
          if (--left === 0) resolve();
        },
      }));
      this.#queue.add(tasks);
      this.#handOut();
      this.#work();
    });
    return results;
  }

  /** How many jobs may be done at once. */
  get width(): number {
    return this.#others + 1;
  }

  /** How many others work beside the calling thread, once they are prepared. */
  get threads(): number {
    return this.#threads.length;
  }

  /** Ends the threads; jobs that come later start new ones. */
  async close(): Promise<void> {
    this.#closings++;
    await Promise.all(this.#threads.splice(0).map(async (thread) => thread.end()));
  }

  /** Ends the threads where nobody has a job for them now. Not waited for: what is left to do goes on meanwhile. */
  closeIfIdle(): void {
    if (this.#queue.length === 0 && this.#threads.every(({ tasks }) => tasks.length === 0)) void this.close();
  }

  /**
   * One to each thread before any gets a second. What is quickly done must not wait behind another job: the calling thread does it
   * next, or a thread that has nothing else to do.
   */
  #handOut(): void {
    for (let ahead = 1; ahead <= JOBS_AHEAD; ahead++)
      for (const thread of this.#threads) {
        if (thread.isEnded || thread.tasks.length >= ahead) continue;
        if (!thread.isReady && (ahead > 1 || this.#queue.length < MUCH_WORK_JOBS)) continue;
        const task =
          this.#next((other) => !other.isOwn && !isQuick(other)) ??
          (ahead === 1 ? this.#next((other) => !other.isOwn) : null);
        if (task === null) return;
        thread.give(task);
      }
  }

  /** Does jobs in the calling thread until none is left, and lets others speak between two. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    setImmediate(() => {
      const task = this.#next(() => true);
      if (task === null) this.#isWorking = false;
      else
        void this.#runHere(task).then(() => {
          this.#isWorking = false;
          this.#work();
        });
    });
  }

  async #runHere(task: Task): Promise<void> {
    try {
      task.done(await this.#runJob(task.job));
    } catch (error) {
      task.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #next(fits: (task: Task) => boolean): Task | null {
    for (let task = this.#queue.take(fits); task !== null; task = this.#queue.take(fits)) {
      if (task.isDropped()) continue;
      if (this.#signal?.aborted !== true) return task;
      task.fail(new CancelledError('cancelled'));
    }
    return null;
  }
}
