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
  afterwards(loaded, () => {
    if (isSmall) setFlagsFromString(SMALL);
  });
}

/**
 * For work of which each thread does little in its own code: what the compiler would gain there is less than it takes, while
 * no processor is idle. Four times as much runs before it begins.
 */
export function compileLater(loaded: Promise<void> | null): void {
  afterwards(loaded, () => setFlagsFromString('--interrupt-budget=500000'));
}

/** For work that drops much: tidying up a small heap takes longer than all else. */
export function letHeapGrow(): void {
  isSmall = false;
  setFlagsFromString(LARGE);
}

function afterwards(loaded: Promise<void> | null, set: () => void): void {
  if (loaded === null) set();
  else void loaded.then(set);
}
