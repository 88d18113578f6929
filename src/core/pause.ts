import { CancelledError } from './error.ts';

/** So long signals and progress may wait. */
const MOST_BUSY_MS = 50;

/** Throws CancelledError where the caller's signal fired. */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CancelledError('cancelled');
}

/** Lets signals and progress through. Throws CancelledError. */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise(setImmediate);
  stopIfAborted(signal);
}

/** Does work that can stop between two of its steps, and pauses there where it has taken long. Throws CancelledError. */
export async function stepByStep<T>(
  steps: Generator<unknown, T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  let pausedMs = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    if (performance.now() - pausedMs <= MOST_BUSY_MS) continue;
    // Thrown where the work stands, it closes what it opened.
    await pause(signal).catch((error: unknown) => steps.throw(error));
    pausedMs = performance.now();
  }
}
