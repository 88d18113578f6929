import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ToolError, UsageError } from '../../src/core/error.ts';
import { UnreadableArchive } from '../../src/container/unreadable.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import type { Json } from '../support/captures.ts';
import { tempFolder, treeSum } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { mutate, type Mutation } from '../support/mutations.ts';

const COUNT = Number(process.env['NATSARC_MUTATIONS'] ?? 300);
const SEED = Number(process.env['NATSARC_SEED'] ?? 1);

describe('seeded damage', () => {
  it(`every intact record is kept and none is invented, ${COUNT} cases`, async () => {
    const folder = tempFolder();
    const wrong: Json[] = [];
    let lossy = 0;
    let refused = 0;
    let differing = 0;
    for (let seed = SEED; seed < SEED + COUNT; seed++) {
      const mutation = mutate(seed, folder);
      const before = treeSum(mutation.path);
      const outcome = await outcomeOf(mutation, join(folder, `out-${seed}`));
      if (treeSum(mutation.path) !== before) wrong.push({ what: mutation.what, changed: 'the input' });
      if (outcome.refused !== undefined) refused++;
      if (outcome.isLossy === true) lossy++;
      differing += outcome.differing?.length ?? 0;
      if (outcome.missing.length + outcome.invented.length > 0 || outcome.sum !== undefined)
        wrong.push({ what: mutation.what, ...outcome });
      rmSync(join(folder, String(seed)), { recursive: true, force: true });
      rmSync(join(folder, `out-${seed}`), { recursive: true, force: true });
    }
    console.log(
      `${COUNT} cases: ${lossy} with a loss, ${refused} with nothing left to repair, ${differing} messages with a length that no checksum covers`,
    );
    expect(wrong).toEqual([]);
    expect(lossy).toBeGreaterThan(COUNT / 10);
    // A length that no checksum covers is hit now and then: no more than that.
    expect(differing).toBeLessThanOrEqual(Math.ceil(COUNT / 300));
  }, 600_000);
});

interface Outcome {
  readonly refused?: string;
  readonly isLossy?: boolean;
  /** Messages whose record was not touched and that are not there. */
  readonly missing: readonly bigint[];
  /** Messages that are there and never were so. */
  readonly invented: readonly bigint[];
  /** Messages whose lengths were hit. */
  readonly differing?: readonly bigint[];
  /** recovered + lost + deleted, where that is not the range. */
  readonly sum?: string;
}

async function outcomeOf(mutation: Mutation, target: string): Promise<Outcome> {
  const was = await messageList(mutation.original.path);
  const expected = [...was.keys()].filter((seq) => !mutation.mayHaveHit(seq));
  let isLossy = false;
  let sum: string | undefined;
  try {
    const result = await repairArchive(mutation.path, { target });
    isLossy = result.isLossy;
    for (const { recovered, lost, deleted, first_seq, last_seq } of result.loss.streams)
      if (recovered + lost + deleted !== last_seq - first_seq + 1n)
        sum = `${recovered} + ${lost} + ${deleted} of ${first_seq} to ${last_seq}`;
  } catch (error) {
    if (error instanceof UnreadableArchive || error instanceof UsageError || error instanceof ToolError)
      return { refused: error.message, missing: expected, invented: [] };
    throw error;
  }
  const is = await messageList(target);
  return {
    isLossy,
    missing: expected.filter((seq) => !is.has(seq)),
    differing: [...is].filter(([seq, digest]) => was.has(seq) && was.get(seq) !== digest).map(([seq]) => seq),
    invented: [...is]
      .filter(([seq, digest]) => was.get(seq) !== digest && !mayDiffer(mutation, was, seq))
      .map(([seq]) => seq),
    ...(sum === undefined ? {} : { sum }),
  };
}

/** Without a proof a deleted message comes back; a length that no checksum covers may have been hit. */
function mayDiffer(
  { isProofHit, mayHaveHit }: Mutation,
  was: ReadonlyMap<bigint, string>,
  seq: bigint,
): boolean {
  return was.has(seq) ? mayHaveHit(seq) : isProofHit;
}
