import { setFlagsFromString } from 'node:v8';

/** For work that drops little at a time: room for much of it would only grow the process. */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * For work of which each thread does little in its own code: what the compiler would gain there is less than it takes, while
 * no processor is idle. Four times as much runs before it begins.
 */
export function compileLater(): void {
  setFlagsFromString('--interrupt-budget=500000');
}

/** For work that drops much: tidying up a small heap takes longer than all else. */
export function letHeapGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
