import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import type { OutputForm } from '../../src/operation/write/types.ts';
import { allForms } from '../support/archive-forms.ts';
import { captures, isRuined, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { unframed } from '../support/frames.ts';
import { summaryOf } from '../support/stream-summary.ts';
import { withoutMemoryConsumers } from '../support/stream-summary.ts';

async function convert(path: string, to: OutputForm, as?: string): Promise<string> {
  const target = join(tempFolder(), 'out');
  await convertArchive(path, { to, target, ...(as === undefined ? {} : { as }) });
  return target;
}

/** The files of a V1 backup, the snapshot as the tar that it is: what it was packed of may be told by its chunks. */
function bytesOf(folder: string): string {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const bytes = readFileSync(join(folder, name));
      return (name === 'stream.tar.s2' ? unframed(bytes) : bytes).toString('latin1');
    })
    .join('\n');
}

/** A bucket's new name has its old one's prefix. */
function bucketPrefix(name: string): string {
  return /^(?:KV_|OBJ_)?/.exec(name)?.[0] ?? '';
}

for (const capture of captures().filter(({ set }) => set === 'full'))
  describe(capture.id, () => {
    const forms = allForms(capture, (name) => !isRuined(name, capture));

    it('keeps everything from form to form, and the same input gives the same bytes', async () => {
      const differing: Json[] = [];
      for (const { path, label, stream } of forms) {
        const before = JSON.stringify(await summaryOf(path));
        const v1 = await convert(path, 'v1');
        const v2 = await convert(v1, 'v2');
        const back = await convert(v2, 'v1');
        const store = await convert(back, 'store');
        for (const form of [v1, v2, back, store])
          if (JSON.stringify(await summaryOf(form)) !== before) differing.push({ label, form });
        const renamed = await convert(v1, 'v1', `${bucketPrefix(stream.name)}ANOTHER`);
        if (bytesOf(await convert(renamed, 'v1', stream.name)) !== bytesOf(v1))
          differing.push({ label, form: 'renamed and back' });
      }
      console.log(
        `${capture.id}: ${forms.length} archives, each written in V1, V2, V1 again, store, renamed`,
      );
      expect(differing).toEqual([]);
    }, 600_000);

    it('makes snapshots that are no more than 10 % larger than those of the server', async () => {
      let [ours, theirs] = [0, 0];
      for (const { path, label } of forms) {
        if (!label.startsWith('backups/')) continue;
        const form = (await inspectArchive(path)).source.snapshot_format ?? 'v1';
        ours += statSync(join(await convert(path, form), 'stream.tar.s2')).size;
        theirs += statSync(join(path, 'stream.tar.s2')).size;
      }
      console.log(
        `${capture.id}: snapshots of ${ours} bytes, the server's own ${theirs}: ${(ours / theirs).toFixed(3)}`,
      );
      expect(ours).toBeLessThan(1.1 * theirs);
    }, 600_000);

    it('packs a stopped store as the CLI backed up the live stream', async () => {
      const differing: Json[] = [];
      const stores = forms.filter(({ label }) => label.startsWith('store/'));
      let compared = 0;
      for (const store of stores) {
        const backup = forms.find(
          ({ label, stream }) => stream === store.stream && label.startsWith('backups/'),
        );
        if (backup === undefined) continue;
        const [packed, made] = [
          await summaryOf(await convert(store.path, 'v1')),
          await summaryOf(backup.path),
        ];
        compared++;
        if (JSON.stringify(packed) !== JSON.stringify(withoutMemoryConsumers(made)))
          differing.push({ label: store.label, packed, made });
      }
      console.log(`${capture.id}: ${compared} stores packed and compared with the backups of the CLI`);
      expect(differing).toEqual([]);
    }, 600_000);
  });
