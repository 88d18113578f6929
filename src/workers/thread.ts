import { Worker } from 'node:worker_threads';
import { SourceError, ToolError } from '../core/error.ts';
import { kernelModule } from '../kernels/index.ts';
import type { Job, JobResult } from './jobs.ts';

/** What a thread says: that it is ready, or of the oldest job it has: result, error, or that the job is not for it. */
export type ThreadMessage =
  | 'ready'
  | 'too-large'
  | { readonly result: JobResult<Job> }
  | { readonly error: string; readonly isSource: boolean };

/** A job, and whom to tell. */
export interface Task {
  readonly job: Job;
  /** Only the calling thread may do it. */
  readonly isOwn: boolean;
  done(result: JobResult<Job>): void;
  fail(error: Error): void;
  /** Whether nobody waits for it any more. */
  isDropped(): boolean;
}

/** Whom a thread works for. */
export interface Employer {
  /** There is room for another task. */
  onFree(): void;
  /** The calling thread has to do this task. */
  onTooLarge(task: Task): void;
}

/** One worker thread, with the tasks that were handed to it. Until somebody employs it, no process waits for it. */
export class Thread {
  readonly tasks: Task[] = [];
  /** Once it has loaded what it runs, or has ended. */
  readonly whenReady: Promise<void>;
  isReady = false;
  readonly #worker: Worker;
  #employer: Employer | null = null;
  #isEnded = false;

  /** `entry`: the script that it begins with, which serves jobs (`serve-jobs.ts`). */
  constructor(entry: URL) {
    this.#worker = new Worker(entry, {
      name: 'natsarc',
      workerData: { kernel: kernelModule() },
      // What a job makes and drops is small: a third of this, 1 MiB, is the least that V8 takes at a time.
      resourceLimits: { maxYoungGenerationSizeMb: 3 },
    });
    this.whenReady = new Promise((resolve) => {
      this.#worker.once('message', () => resolve());
      this.#worker.once('exit', () => resolve());
    });
    this.#worker.on('message', (message: ThreadMessage) => {
      const task = message === 'ready' ? undefined : this.tasks.shift();
      this.isReady = true;
      // First the next job, so that the thread need not wait.
      this.#employer?.onFree();
      if (task === undefined || message === 'ready') return;
      if (message === 'too-large') this.#employer?.onTooLarge(task);
      else if ('error' in message)
        task.fail(message.isSource ? new SourceError(message.error) : new ToolError(message.error));
      else task.done(message.result);
    });
    this.#worker.on('error', (error) => this.#endWith(error));
    this.#worker.on('exit', () => this.#endWith(new ToolError('a thread has ended')));
    // Behind the listeners: each of them makes the process wait again.
    this.#worker.unref();
  }

  employ(employer: Employer): void {
    this.#employer = employer;
    this.#worker.ref();
  }

  give(task: Task): void {
    if (this.#isEnded) return task.fail(new ToolError('a thread has ended'));
    this.tasks.push(task);
    this.#worker.postMessage(task.job);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** It takes no more tasks, and those that it has are not done. */
  #endWith(error: Error): void {
    this.#isEnded = true;
    this.isReady = false;
    for (const task of this.tasks.splice(0)) task.fail(error);
  }
}
