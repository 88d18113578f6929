import { Thread } from './thread.ts';

const waiting: Thread[] = [];

/** Starts threads for whoever takes them first; resolves when they are ready. */
export async function startAhead(count: number): Promise<void> {
  while (waiting.length < count) waiting.push(new Thread());
  await Promise.all(waiting.map(async ({ whenReady }) => whenReady));
}

export function takeThread(): Thread {
  return waiting.pop() ?? new Thread();
}
