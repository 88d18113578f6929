import { expect, it } from 'vitest';
import { ToolError } from '../../src/core/error.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { tempFolder } from '../support/damage.ts';
import { mutate } from '../support/mutations.ts';

const CASES = 120;
const FIRST_SEED = 5000;

it('verify, preflight and repair tell the same losses of seeded damage', { timeout: 300_000 }, async () => {
  const folder = tempFolder();
  let lossy = 0;
  for (let seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
    const { path, what } = mutate(seed, folder);
    const target = `${path}-repaired`;
    const repaired = await repairArchive(path, { target, dryRun: true, jobs: 1 }).catch((error: unknown) => {
      if (error instanceof ToolError) return null;
      throw error;
    });
    const loss = repaired?.loss.streams[0];
    if (repaired === null || loss === undefined) continue;
    const verified = await verifyArchive(path, { jobs: 1 });
    const [stream] = verified.streams;
    if (stream === undefined) throw new Error(what);
    const { lost_messages: most, doubtful_messages: doubtful, repairable_messages: saved } = stream;
    expect(most - doubtful - saved, what).toBe(loss.lost);
    if (loss.lost > 0n) expect(verified.status, what).toBe('CRITICAL');
    if (doubtful > 0n) expect(loss.doubtful, what).toBeGreaterThanOrEqual(doubtful);
    if (loss.lost > 0n) lossy++;
    if (verified.source?.kind !== 'stream-store' || loss.lost === 0n) continue;
    expect((await preflightStore(path, { jobs: 1 })).status, what).toBe('CRITICAL');
  }
  expect(lossy).toBeGreaterThan(CASES / 4);
});
