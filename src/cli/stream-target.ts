import { fstatSync, statSync } from 'node:fs';

/** What a standard stream leads to, as far as it matters how it is written to. */
export type StreamTarget = 'terminal' | 'file' | 'pipe' | 'other';

/** Tells without loading the stream, which takes longer than most commands need; only a terminal is asked itself. */
export function targetOf(name: 'stdout' | 'stderr'): StreamTarget {
  try {
    const stats = fstatSync(name === 'stdout' ? 1 : 2);
    if (stats.isFile()) return 'file';
    if (stats.isFIFO()) return 'pipe';
    if (!stats.isCharacterDevice()) return 'other';
    if (stats.rdev === statSync('/dev/null').rdev) return 'file';
  } catch {
    // A system without these: the stream knows.
  }
  return process[name].isTTY === true ? 'terminal' : 'other';
}
