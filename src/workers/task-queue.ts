import type { Task } from './thread.ts';

/** So many taken tasks are kept in front before the list is made anew. */
const MOST_TAKEN = 1024;

/** Tasks in the order in which they are to be done: the first is taken at once, however many wait behind it. */
export class TaskQueue {
  /** null: taken; nothing of what a task held is kept for it. */
  #tasks: (Task | null)[] = [];
  /** Those in front of it were taken. */
  #begin = 0;

  get length(): number {
    return this.#tasks.length - this.#begin;
  }

  /** What is quickly done comes first: somebody waits for it. */
  add(tasks: readonly Task[]): void {
    const isInFront = tasks.every(isQuick);
    const behind = isInFront ? this.#tasks.findIndex((task) => task !== null && !isQuick(task)) : -1;
    if (behind >= 0) this.#tasks.splice(behind, 0, ...tasks);
    else for (const task of tasks) this.#tasks.push(task);
  }

  /** The next one, of all. */
  addFirst(task: Task): void {
    this.#tasks.splice(this.#begin, 0, task);
  }

  /** Takes the first that fits; null where none does. */
  take(fits: (task: Task) => boolean): Task | null {
    for (let at = this.#begin; at < this.#tasks.length; at++) {
      const task = this.#tasks[at] ?? null;
      if (task === null || !fits(task)) continue;
      if (at > this.#begin) this.#tasks.splice(at, 1);
      else this.#takeFirst();
      return task;
    }
    return null;
  }

  #takeFirst(): void {
    this.#tasks[this.#begin++] = null;
    if (this.#begin < MOST_TAKEN || 2 * this.#begin < this.#tasks.length) return;
    this.#tasks = this.#tasks.slice(this.#begin);
    this.#begin = 0;
  }
}

/** Whether a task takes a small part of the time that others take. */
export function isQuick({ job }: Task): boolean {
  return job.kind === 'place';
}
