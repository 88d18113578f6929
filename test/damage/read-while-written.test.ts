import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convertArchive } from '../../src/operation/convert/run.ts';
import type { OutputForm, PlanReport, WrittenReport } from '../../src/operation/write/types.ts';
import { copyOf, editFile, recordsOf, tempFolder } from '../support/damage.ts';
import { mutate } from '../support/mutations.ts';

const SEEDS = 60;

/** What is told of streams that are, or would be, written; or why nothing is. */
async function toldOf(path: string, to: OutputForm, target: string, dryRun: boolean): Promise<unknown> {
  let report: WrittenReport | PlanReport;
  try {
    report = await convertArchive(path, { to, target, dryRun });
  } catch (error) {
    return String(error);
  }
  const { streams, lost, findings, skipped } = report;
  // Subjects are counted as they are written.
  const states = streams.map(({ name, state }) => ({ name, state: { ...state, num_subjects: null } }));
  return { states, lost, findings, skipped };
}

it.each(['v1', 'store'] as const)(
  'a message that a current index counts, and that is gone: %s',
  async (to) => {
    const path = copyOf('2.14.5-full/store/jetstream/$G/streams/ORDERS');
    const gone = recordsOf(readFileSync(join(path, 'msgs/1.blk')))[60];
    const [from, end] = [gone?.at ?? 0, (gone?.at ?? 0) + (gone?.length ?? 0)];
    editFile(join(path, 'msgs/1.blk'), (bytes) =>
      Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)]),
    );
    const target = join(tempFolder(), 'out');
    const plan = await toldOf(path, to, target, true);
    expect(plan).toMatchObject({ lost: { msgs: [[gone?.seq, gone?.seq]] } });
    expect(await toldOf(path, to, target, false)).toEqual(plan);
  },
);

describe('an archive that is read while it is written', () => {
  it.each(['v1', 'store'] as const)(
    'is told as one that was read before, whatever is damaged: %s',
    async (to) => {
      const folder = tempFolder();
      let damaged = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { path, what } = mutate(seed, folder);
        const target = join(folder, `out-${seed}`);
        const plan = await toldOf(path, to, target, true);
        expect(await toldOf(path, to, target, false), `seed ${seed}: ${what}`).toEqual(plan);
        if (typeof plan === 'object' && plan !== null && 'findings' in plan)
          damaged += (plan.findings as readonly unknown[]).length > 0 ? 1 : 0;
        rmSync(join(folder, String(seed)), { recursive: true, force: true });
        rmSync(target, { recursive: true, force: true });
      }
      expect(damaged).toBeGreaterThan(SEEDS / 4);
    },
    120_000,
  );
});
