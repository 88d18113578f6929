import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convertArchive } from '../../src/operation/write/convert.ts';
import { archiveForms, type ArchiveForm } from '../support/archive-forms.ts';
import { captures, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import { summaryOf } from '../support/stream-summary.ts';

const isRequired = process.env['NATSARC_REQUIRE_SERVERS'] === '1';

/**
 * Not as their files say once they are restored, whoever wrote the backup: what is too old goes at once, what has a
 * source is filled from it, COMPERASE was ruined by its server.
 */
const NOT_COMPARED =
  /^(AGED|TTL|TTLAGED|EXPIRED|DEDUP|SCHED|MIRROR.*|.*SOURCED|SRCXFORM|COUNTERSRC|COMPERASE)$/;

/** V2 is for servers from 2.15 on. */
function takenForms(version: string, forms: readonly ArchiveForm[]): (readonly ['v1' | 'v2', ArchiveForm])[] {
  return forms.flatMap((form) =>
    version.startsWith('2.15') ? [['v1', form] as const, ['v2', form] as const] : [['v1', form] as const],
  );
}

for (const capture of captures().filter(({ id, set }) => set === 'full' && !id.startsWith('testdata')))
  describe.skipIf(!isRequired && !hasServer(capture.version))(`nats-server ${capture.version}`, () => {
    it('restores renamed copies with the same messages, deletes and consumers', async () => {
      const folder = tempFolder();
      const server = await LiveServer.start(capture.version, join(folder, 'store'));
      const differing: Json[] = [];
      let compared = 0;
      try {
        const forms = archiveForms(capture, (name) => !NOT_COMPARED.test(name));
        for (const [to, { path, label, stream }] of takenForms(capture.version, forms)) {
          const target = join(folder, `copy-${compared}`);
          const name = `${/^(KV_|OBJ_)?/.exec(stream.name)?.[0] ?? ''}COPY`;
          await convertArchive(path, { to, target, as: name });
          // The messages of a bucket change with its name.
          const before = await summaryOf(name === 'COPY' ? path : target);
          server.nats('stream', 'restore', target, '--no-progress');
          const again = join(folder, `again-${compared}`);
          server.nats('stream', 'backup', name, again, '--no-progress');
          server.nats('stream', 'rm', name, '--force');
          const after = await summaryOf(again);
          if (JSON.stringify(before) !== JSON.stringify(after)) differing.push({ label, before, after });
          compared++;
        }
      } finally {
        await server.stop();
      }
      console.log(`nats-server ${capture.version}: ${compared} renamed copies restored and compared`);
      expect(differing).toEqual([]);
      expect(compared).toBeGreaterThan(40);
    }, 600_000);
  });
