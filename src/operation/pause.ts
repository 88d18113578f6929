import { setImmediate as turn } from 'node:timers/promises';
import { CancelledError } from '../core/error.ts';

/** Lets signals and progress through. Throws CancelledError. */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await turn();
  if (signal?.aborted === true) throw new CancelledError('cancelled');
}
