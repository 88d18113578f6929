/** From here on the growth of the heap is bounded. Not before: V8 takes no code that was made while building after that. */
const LARGE_HEAP_BYTES = 24 * 1024 * 1024;
const LOOK_EVERY_MS = 25;

/** Bounds the growth of the heap once it is large, whatever the command; gives what ends the watch. */
export function watchHeap(): () => void {
  const looks = setInterval(() => {
    if (process.memoryUsage().heapTotal < LARGE_HEAP_BYTES) return;
    clearInterval(looks);
    // Loaded where it is needed: most commands are done before.
    void import('./small-heap.ts').then(({ boundHeapGrowth }) => boundHeapGrowth());
  }, LOOK_EVERY_MS).unref();
  return () => clearInterval(looks);
}
