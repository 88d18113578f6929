import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { diffArchives } from '../../src/operation/diff/run.ts';
import type { ExportHead } from '../../src/operation/export/types.ts';
import { importExport } from '../../src/operation/import/run.ts';
import { jsonExport } from '../../src/report/export/json.ts';
import { ndjsonExport } from '../../src/report/export/ndjson.ts';
import { archiveForms } from '../support/archive-forms.ts';
import { captures, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { exported } from '../support/exported.ts';
import { summaryOf } from '../support/stream-summary.ts';

let compared = 0;
afterAll(() => console.log(`exports imported and compared: ${compared}`));

for (const capture of captures()) {
  // COMPERASE was ruined by its server: what its index counts cannot all be exported.
  const forms = archiveForms(capture, (name) => name !== 'COMPERASE');
  if (forms.length === 0) continue;
  describe(capture.id, () => {
    it('an export becomes an archive with the same messages, state and consumers', async () => {
      const folder = tempFolder();
      const differing: Json[] = [];
      for (const { path, label } of forms) {
        const before = await summaryOf(path);
        for (const [to, writer] of [
          ['v1', jsonExport],
          ['v2', ndjsonExport],
        ] as const) {
          const at = join(folder, String(compared));
          const head = await exported(path, `${at}.export`, writer);
          const target = `${at}.archive`;
          await importExport(`${at}.export`, { target, to });
          expect(await summaryOf(target), label).toEqual(before);
          const { same, streams } = await diffArchives(path, target);
          if (!same) differing.push({ label, to, streams });
          const again = await exported(target, `${at}.again`, writer);
          expect(comparable(again, to), label).toEqual(comparable(head, to));
          compared++;
        }
      }
      expect(differing).toEqual([]);
    }, 300_000);
  });
}

/** A backup has no account, a V2 backup no created time; what a consumer without a state begins with is all zero. */
function comparable(head: ExportHead | undefined, to: 'v1' | 'v2'): object {
  if (head === undefined) return {};
  const isV2 = to === 'v2';
  const zero = { consumer_seq: 0n, stream_seq: 0n };
  const { name, created, config, state, consumers } = head;
  return {
    name,
    created: isV2 ? null : created,
    config,
    state: state === null ? null : [state.messages, state.bytes, state.first_seq, state.last_seq].map(String),
    consumers: consumers.map((consumer) => ({
      ...consumer,
      created: isV2 ? null : consumer.created,
      delivered: consumer.delivered ?? zero,
      ack_floor: consumer.ack_floor ?? zero,
      pending: consumer.pending ?? [],
      redelivered: consumer.redelivered ?? [],
    })),
  };
}
