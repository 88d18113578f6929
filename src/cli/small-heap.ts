import { setFlagsFromString } from 'node:v8';

let isSmall = false;

const SMALL = '--semi-space-growth-factor=1 --optimize-for-size';
const LARGE = '--semi-space-growth-factor=2 --no-optimize-for-size';

/**
 * For work that drops little at a time: room for much of it would only grow the process. `loaded`: threads that load
 * later make all of their code anew, since what was made while building stands for other flags.
 */
export function keepHeapSmall(loaded: Promise<void> | null): void {
  isSmall = true;
  if (loaded === null) setFlagsFromString(SMALL);
  void loaded?.then(() => {
    if (isSmall) setFlagsFromString(SMALL);
  });
}

/** For work that drops much: tidying up a small heap takes longer than all else. */
export function letHeapGrow(): void {
  isSmall = false;
  setFlagsFromString(LARGE);
}
