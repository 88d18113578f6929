import { Thread } from './thread.ts';

const waiting: Thread[] = [];

/** Starts threads for whoever takes them first. */
export function startAhead(entry: URL, count: number): void {
  while (waiting.length < count) waiting.push(new Thread(entry));
}

export function takeThread(entry: URL): Thread {
  return waiting.pop() ?? new Thread(entry);
}
