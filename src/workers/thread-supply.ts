import { Thread } from './thread.ts';

const waiting: Thread[] = [];

/** Starts threads for whoever takes them first. */
export function startAhead(count: number): void {
  while (waiting.length < count) waiting.push(new Thread());
}

export function takeThread(): Thread {
  return waiting.pop() ?? new Thread();
}
