import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { archiveForms, BORN_DAMAGED } from '../support/archive-forms.ts';
import { captures, type Json } from '../support/captures.ts';
import { tempFolder, treeSum } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';

describe.each(captures().filter(({ set }) => !set.startsWith('enc')))('intact archives of $id', (capture) => {
  it.each(['backup', 'store'] as const)('are repaired to a %s of the same messages', async (to) => {
    const folder = tempFolder();
    const differing: Json[] = [];
    const forms = archiveForms(capture, (name) => !BORN_DAMAGED.test(name));
    for (const [i, { path, label }] of forms.entries()) {
      const target = join(folder, String(i));
      const before = treeSum(path);
      // Without writing a stream is read whole before, and message by message.
      const planned = await repairArchive(path, { target, to, dryRun: true });
      const { loss, isLossy, written } = await repairArchive(path, { target, to });
      expect(loss).toEqual(planned.loss);
      expect(written.findings).toEqual(planned.written.findings);
      expect(treeSum(path)).toBe(before);
      const [source, copy] = [await messageList(path), await messageList(target)];
      const [stream] = loss.streams;
      const sum = (stream?.recovered ?? 0n) + (stream?.lost ?? 0n) + (stream?.deleted ?? 0n);
      const isWhole =
        !isLossy &&
        JSON.stringify([...source].map(String)) === JSON.stringify([...copy].map(String)) &&
        sum === (stream?.last_seq ?? 0n) - (stream?.first_seq ?? 0n) + 1n;
      if (!isWhole) differing.push({ label, was: source.size, is: copy.size, loss });
    }
    expect(differing).toEqual([]);
  });
});
