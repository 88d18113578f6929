// Runs commands of a row in turn, round by round, and takes medians: the machine drifts, ratios within a row do not.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { warmMemory } from './warm-memory.mjs';

const env = { ...process.env };
// It slows every start of Node 20 by 30 to 55 ms.
delete env.NODE_EXTRA_CA_CERTS;

/**
 * Times the `timers` of one row, each a function that gives milliseconds, `rounds` times in turn. Gives the median of
 * each. The first round only warms up.
 */
export async function inTurn(timers, rounds) {
  const taken = timers.map(() => []);
  for (let round = 0; round <= rounds; round++)
    for (const [i, timer] of timers.entries()) {
      const ms = await timer();
      if (round > 0) taken[i].push(ms);
    }
  return taken.map(median);
}

/** A timer of a whole process, start-up included. */
export function processTimer(command, args, { stdout = 'ignore' } = {}) {
  return () => {
    const begun = performance.now();
    const done = spawnSync(command, args, { env, stdio: ['ignore', stdout, 'pipe'], encoding: 'utf8' });
    const ms = performance.now() - begun;
    if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`);
    return ms;
  };
}

/** A timer of a command of this tool that writes to `target`, an empty folder, without its fsyncs: no peer has any. */
export function writeTimer(script, args, target) {
  const preload = new URL('./without-fsync.mjs', import.meta.url).href;
  const timer = processTimer(process.execPath, ['--import', preload, script, ...args]);
  return () => {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    warmMemory(target);
    return timer();
  };
}

/** A timer of a command that tells on standard error how long its work took: {"sec": ...}. */
export function reportedTimer(command, args) {
  return () => {
    const done = spawnSync(command, args, { env, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${done.stderr}`);
    return 1000 * Number(/"sec":\s*([\d.e-]+)/.exec(done.stderr)?.[1]);
  };
}

/** Peak memory of a command of this tool, MiB: median of some runs. */
export function peakMib(script, args, rounds) {
  const peaks = Array.from({ length: rounds }, () => {
    const done = spawnSync(
      process.execPath,
      ['--require', fileURLToPath(new URL('./peak.cjs', import.meta.url)), script, ...args],
      { env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' },
    );
    return Number(/peak (\d+)/.exec(done.stderr)?.[1]) / 1024;
  });
  return median(peaks);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
