/** While threads start, the calling thread gets through so many bytes: below that it is done first. */
export const WORTH_THREADS_BYTES: number = 150 * 1024 * 1024;

/** A byte of S2 on disk is as much work as so many plain ones: it is two of them or more, and each takes three times as long. */
export const PACKED_WORK = 6;

/** Memory is as fast as it is: more threads than this only cost their 15 MiB each. */
const MOST_THREADS = 8;

/** How many threads work beside the calling one; `jobs`: how many in all were asked for. */
export function threadsBeside(jobs: number | undefined): number {
  // Loaded where it is asked: small archives do without.
  const { availableParallelism } = process.getBuiltinModule('node:os');
  return Math.max(0, (jobs ?? Math.min(MOST_THREADS, availableParallelism())) - 1);
}
