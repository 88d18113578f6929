import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convertArchive } from '../../src/operation/convert/run.ts';
import { archiveForms } from '../support/archive-forms.ts';
import { sharedCaptures } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { onlyDiff } from '../support/only-diff.ts';

const FORMS = ['v1', 'v2', 'tgz', 'store'] as const;
const STREAMS = /^(ORDERS|KV_settings|COMPRESSED|COMPSWITCH|HUGESEQ|WQ|TAILDEL|EDGE|EMPTY|PURGEPART)$/;

function targetIn(folder: string, name: string): string {
  mkdirSync(folder);
  return join(folder, name);
}

describe('what was converted or renamed is the same', () => {
  for (const capture of sharedCaptures().filter(({ set }) => set === 'full'))
    it(capture.id, async () => {
      const folder = tempFolder();
      let copies = 0;
      for (const { path, label, stream } of archiveForms(capture, (name) => STREAMS.test(name))) {
        for (const to of FORMS) {
          const target = targetIn(join(folder, `${copies++}`), stream.name);
          await convertArchive(path, { to, target, jobs: 1 });
          const diff = await onlyDiff(path, target, { jobs: 1 });
          expect({ ...diff, state: null, messages: null, created: null }, `${label} as ${to}`).toMatchObject({
            same: true,
            config: [],
            state_changes: [],
            consumers: [],
          });
          expect(diff.messages.totals.same, label).toBe(BigInt(stream.messages?.length ?? 0));
        }
        const name = stream.name.startsWith('KV_') ? 'KV_copy' : 'COPY';
        const target = targetIn(join(folder, `${copies++}`), name);
        const mapSubjects = stream.name === 'ORDERS' ? ['orders.>=copy.orders.>'] : [];
        await convertArchive(path, { to: 'v1', as: name, target, mapSubjects, jobs: 1 });
        const diff = await onlyDiff(path, target, { as: name, mapSubjects, jobs: 1 });
        expect(diff, label).toMatchObject({ same: true, name_b: name });
        expect(diff.messages.totals.same, label).toBe(BigInt(stream.messages?.length ?? 0));
      }
      expect(copies).toBeGreaterThan(0);
    });
});
