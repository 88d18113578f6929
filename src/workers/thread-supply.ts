import { Thread } from './thread.ts';

const waiting: Thread[] = [];

/** Starts threads for whoever takes them first; resolves when they are ready. */
export async function startAhead(entry: URL, count: number): Promise<void> {
  while (waiting.length < count) waiting.push(new Thread(entry));
  await Promise.all(waiting.map(async ({ whenReady }) => whenReady));
}

export function takeThread(entry: URL): Thread {
  return waiting.pop() ?? new Thread(entry);
}
