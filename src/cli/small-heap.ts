import { setFlagsFromString } from 'node:v8';

/** For work that drops little at a time: room for much of it would only grow the process. */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * For long work of which each thread does little in its own code: what the compiler would gain there is less than it takes,
 * while no processor is idle. Once a flag has changed, no code is taken from a cache any more, in any thread: all must be
 * loaded by then.
 */
export function forLongWork(): void {
  keepHeapSmall();
  setFlagsFromString('--interrupt-budget=500000');
}

/** For work that drops much: tidying up a small heap takes longer than all else. */
export function letHeapGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
