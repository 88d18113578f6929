import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { TaskQueue } from '../../../src/workers/task-queue.ts';
import type { Task } from '../../../src/workers/thread.ts';

setFlagsFromString('--expose-gc');
const tidy = runInNewContext('gc') as () => void;

function task(kind: 'scan' | 'place'): Task {
  const job = { kind } as Task['job'];
  return { job, isOwn: false, done: () => {}, fail: () => {}, isDropped: () => false };
}

it('a task that was taken is let go, whatever waits behind it', async () => {
  const queue = new TaskQueue();
  queue.add([task('scan'), task('scan'), task('scan')]);
  const taken = new WeakRef(queue.take(() => true) ?? task('scan'));
  await new Promise((resolve) => setImmediate(resolve));
  tidy();
  expect(taken.deref()).toBeUndefined();
  expect(queue.length).toBe(2);
});

it('tasks come in their order, quick ones first, the one that is given back before all', () => {
  const queue = new TaskQueue();
  const [a, b, c, quick, back] = [task('scan'), task('scan'), task('scan'), task('place'), task('scan')];
  queue.add([a, b, c]);
  expect(queue.take(() => true)).toBe(a);
  queue.add([quick]);
  queue.addFirst(back);
  expect(queue.take((one) => one === c)).toBe(c);
  const rest = [queue, queue, queue, queue].map((one) => one.take(() => true));
  expect(rest).toEqual([back, quick, b, null]);
  expect(queue.length).toBe(0);
});
