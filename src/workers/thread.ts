import { Worker } from 'node:worker_threads';
import { SourceError, ToolError, WriteError } from '../core/error.ts';
import { kernelModule } from '../kernels/index.ts';
import type { Job, JobResult } from './jobs.ts';

/** What a thread says: that it is ready, or of the oldest job it has: result, error, or that the job is not for it. */
export type ThreadMessage =
  | 'ready'
  | 'too-large'
  | { readonly result: JobResult<Job> }
  | { readonly error: string; readonly kind: keyof typeof REBUILT };

/** An error as it was thrown; of a defect of our own the text has the stack. */
const REBUILT = {
  source: (text: string): Error => new SourceError(text),
  write: (text: string): Error => new WriteError(text),
  tool: (text: string): Error => new ToolError(text),
  defect: (text: string): Error => Object.assign(new Error(text), { stack: text }),
} as const;

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
  onGivenBack(task: Task): void;
}

/** One worker thread, with the tasks that were handed to it. Until somebody employs it, no process waits for it. */
export class Thread {
  readonly tasks: Task[] = [];
  /** Once it has loaded what it runs, or has ended. */
  readonly whenReady: Promise<void>;
  isReady = false;
  isEnded = false;
  readonly #worker: Worker;
  #employer: Employer | null = null;

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
      if (message === 'too-large') this.#employer?.onGivenBack(task);
      else if ('error' in message) task.fail(REBUILT[message.kind](message.error));
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
    if (this.isEnded) return task.fail(new ToolError('a thread has ended'));
    this.tasks.push(task);
    this.#worker.postMessage(task.job);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  /** It takes no more tasks, and those that it has are not done; where it never was ready, another can do them. */
  #endWith(error: Error): void {
    const hasStarted = this.isReady;
    this.isEnded = true;
    this.isReady = false;
    for (const task of this.tasks.splice(0))
      if (hasStarted || this.#employer === null) task.fail(error);
      else this.#employer.onGivenBack(task);
  }
}
