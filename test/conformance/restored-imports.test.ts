import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importExport } from '../../src/operation/import/run.ts';
import { jsonExport } from '../../src/report/export/json.ts';
import { archiveForms } from '../support/archive-forms.ts';
import { sharedCaptures, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { exported } from '../support/exported.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import { summaryOf } from '../support/stream-summary.ts';

/** Not as their files say once they are restored: what is too old goes at once, what has a source is filled from it. */
const NOT_COMPARED =
  /^(AGED|TTL|TTLAGED|EXPIRED|DEDUP|SCHED|MIRROR.*|.*SOURCED|SRCXFORM|COUNTERSRC|COMPERASE)$/;

for (const capture of sharedCaptures().filter(({ set }) => set === 'full'))
  describe.skipIf(!hasServer(capture.version))(`nats-server ${capture.version}`, () => {
    it('restores what was imported with the same messages, deletes and consumers', async () => {
      const folder = tempFolder();
      const server = await LiveServer.start(capture.version, join(folder, 'store'));
      const forms = archiveForms(capture, (name) => !NOT_COMPARED.test(name));
      const differing: Json[] = [];
      let compared = 0;
      try {
        for (const { path, label, stream } of new Map(
          forms.map((form) => [form.stream.name, form]),
        ).values()) {
          const at = join(folder, String(compared++));
          await exported(path, `${at}.json`, jsonExport);
          await importExport(`${at}.json`, { target: `${at}.v1`, to: 'v1' });
          server.nats('stream', 'restore', `${at}.v1`, '--no-progress');
          server.nats('stream', 'backup', stream.name, `${at}.again`, '--no-progress');
          server.nats('stream', 'rm', stream.name, '--force');
          const [before, after] = [await summaryOf(path), await summaryOf(`${at}.again`)];
          if (JSON.stringify(before) !== JSON.stringify(after)) differing.push({ label, before, after });
        }
      } finally {
        await server.stop();
      }
      console.log(`nats-server ${capture.version}: ${compared} imports restored and compared`);
      expect(differing).toEqual([]);
      expect(compared).toBeGreaterThan(25);
    }, 600_000);
  });
