import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceError } from '../../src/core/error.ts';
import { catMessages } from '../../src/operation/cat/run.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { captures, hasShared } from '../support/captures.ts';
import { copyOf } from '../support/damage.ts';

async function notesOf(path: string): Promise<string[]> {
  const { notes } = await catMessages(path, {}, () => {});
  return notes.map(({ stream, code }) => `${stream}: ${code}`);
}

/** Archives among the folders of a capture: a folder that holds several is looked into. */
async function notesBelow(path: string): Promise<string[]> {
  try {
    return await notesOf(path);
  } catch (error) {
    const below = error instanceof SourceError ? readdirSync(path, { withFileTypes: true }) : [];
    const folders = below.filter((entry) => entry.isDirectory());
    const notes = await Promise.all(folders.map(async ({ name }) => notesBelow(join(path, name))));
    return notes.flat();
  }
}

describe.for(captures())('$id', ({ folder }) => {
  it('of what no damage touched nothing is doubtful', async () => {
    const archives = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of archives) expect([name, await notesBelow(join(folder, name))]).toEqual([name, []]);
  });
});

describe('a store of which only index.db is gone', () => {
  it.skipIf(!hasShared())(
    '2.10 dropped tombstones: 55 messages are back that were deleted, and it is told',
    async () => {
      const full = captures().find(({ id }) => id === '2.10.29/full')?.folder ?? '';
      const blocks = copyOf(join(full, 'store/jetstream/$G/streams/BLOCKS'));
      rmSync(join(blocks, 'msgs/index.db'));
      expect(await notesOf(blocks)).toEqual(['BLOCKS: DELETES_UNKNOWN']);
      const { status, streams } = await preflightStore(blocks);
      expect(status).toBe('WARNING');
      expect(streams[0]?.steps.map((step) => step.do)).toContain('revive-messages');
    },
  );

  it.skipIf(!hasShared())(
    'newer servers keep them: doubtful is only what max_bytes had removed',
    async () => {
      for (const version of ['2.12.12', '2.14.5', '2.15.2']) {
        const full = captures().find(({ id }) => id === `${version}/full`)?.folder ?? '';
        const account = copyOf(join(full, 'store/jetstream/$G/streams'));
        for (const stream of readdirSync(account))
          rmSync(join(account, stream, 'msgs/index.db'), { force: true });
        const notes = await Promise.all(
          readdirSync(account).map(async (name) => notesOf(join(account, name))),
        );
        // It has a max_bytes, and what that removed left no trace.
        expect(notes.flat()).toEqual(['HEADBLOCKS: DELETES_UNKNOWN']);
      }
    },
  );
});
