import { Thread } from './thread.ts';

/** Threads that nobody has taken, by the script that they begin with. */
const waiting = new Map<string, Thread[]>();

/** Starts threads for whoever takes them first; resolves when they are ready. */
export async function startAhead(entry: URL, count: number): Promise<void> {
  const ready = waiting.get(entry.href) ?? [];
  waiting.set(entry.href, ready);
  while (ready.length < count) ready.push(new Thread(entry));
  await Promise.all(ready.map(async ({ whenReady }) => whenReady));
}

/** One that waits, or a new one. */
export function takeThread(entry: URL): Thread {
  return waiting.get(entry.href)?.pop() ?? new Thread(entry);
}
