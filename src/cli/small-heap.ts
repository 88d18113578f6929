import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const SMALL = '--semi-space-growth-factor=1 --optimize-for-size';
const LARGE = '--semi-space-growth-factor=2 --no-optimize-for-size';

/** What is dropped may take so much more than what is kept. */
const MOST_DROPPED_BYTES = 1536 * 1024;
const LOOK_EVERY_MS = 100;
/** What is to be tidied up more often drops much: thousands of small streams. */
const MOST_TIDIES = 12;

let isSmall = false;
let isDroppingMuch = false;
let looks: NodeJS.Timeout | undefined;

/**
 * For work that drops little at a time: room for much of it would only grow the process. `loaded`: threads that load
 * later make all of their code anew, since what was made while building stands for other flags. null: there are none.
 */
export function keepHeapSmall(loaded: Promise<void> | null): void {
  isSmall = true;
  if (loaded === null) tidyOften();
  afterwards(loaded, () => {
    if (isSmall) setFlagsFromString(SMALL);
  });
}

/**
 * For work of which each thread does little in its own code: what the compiler would gain there is less than it takes, while
 * no processor is idle. Seven times as much runs before it begins. The V8 of Node 20 alone knows the flag, later ones complain.
 */
export function compileLater(loaded: Promise<void> | null): void {
  if (!process.versions.v8.startsWith('11.')) return;
  afterwards(loaded, () => setFlagsFromString('--interrupt-budget=500000'));
}

/**
 * V8 lets a heap grow to four times of what is kept in it before it looks what was dropped: a tenth more is enough. And where much is
 * kept, the room for what is new would grow to three times 16 MiB.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=10');
  if (!isDroppingMuch) setFlagsFromString('--semi-space-growth-factor=1');
}

/** For work that drops much: tidying up a small heap takes longer than all else. */
export function letHeapGrow(): void {
  isSmall = false;
  isDroppingMuch = true;
  clearInterval(looks);
  setFlagsFromString(LARGE);
}

function afterwards(loaded: Promise<void> | null, set: () => void): void {
  if (loaded === null) set();
  else void loaded.then(set);
}

/** V8 lets 5 MiB more come together, an archive of some streams drops 1 MiB each. Beside threads it would be felt. */
function tidyOften(): void {
  let keptBytes = 0;
  let tidies = 0;
  let tidy: (() => void) | undefined;
  looks = setInterval(() => {
    const usedBytes = process.memoryUsage().heapUsed;
    if (keptBytes > 0 && usedBytes - keptBytes < MOST_DROPPED_BYTES) return;
    if (keptBytes > 0) {
      if (++tidies > MOST_TIDIES) return letHeapGrow();
      tidy ??= tidying();
      tidy();
    }
    keptBytes = process.memoryUsage().heapUsed;
  }, LOOK_EVERY_MS);
  looks.unref();
}

/** The function is there only in contexts that are made once it is asked for. */
function tidying(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
