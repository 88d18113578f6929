import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ToolError, UsageError } from '../../src/core/error.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { captures, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import { messageList } from '../support/message-list.ts';
import { mutate, type Mutation } from '../support/mutations.ts';
import { minorOf } from '../support/captures.ts';

const COUNT = Number(process.env['NATSARC_RESTORES'] ?? 100);
const VERSIONS = [...new Set(captures().map(({ version }) => version))].filter((version) =>
  ['2.10.29', '2.14.5', '2.15.2'].includes(version),
);

for (const version of VERSIONS)
  describe.skipIf(!hasServer(version))(`nats-server ${version}`, () => {
    it('holds exactly the messages of repaired archives', async () => {
      const folder = tempFolder();
      const server = await LiveServer.start(version, join(folder, 'store'));
      const differing: Json[] = [];
      let compared = 0;
      let restored = 0;
      try {
        for (let seed = 1; seed <= COUNT; seed++) {
          const mutation = mutate(seed, folder);
          const target = join(folder, `repaired-${seed}`);
          const result = await repairArchive(mutation.path, { target }).catch((error: unknown) => {
            if (error instanceof ToolError || error instanceof UsageError) return null;
            throw error;
          });
          const name = result?.written.streams[0]?.name;
          if (result === null || name === undefined) continue;
          // A stream may ask for what older servers do not know.
          if (minorOf(mutation.version) > minorOf(version)) continue;
          const again = join(folder, `again-${seed}`);
          const alone = await heldAlone(server, mutation, name, join(folder, `alone-${seed}`));
          const kept = await messageList(target);
          const more = alone.filter((seq) => !kept.has(seq));
          if (more.length > 0) differing.push({ what: mutation.what, alone: more.map(String) });
          restored += alone.length > 0 ? 1 : 0;
          try {
            server.nats('stream', 'restore', target, '--no-progress');
            server.nats('stream', 'backup', name, again, '--no-progress');
            server.nats('stream', 'rm', name, '--force');
            const [before, after] = [await messageList(target), await messageList(again)];
            if (JSON.stringify([...before].map(String)) !== JSON.stringify([...after].map(String)))
              differing.push({ what: mutation.what, repaired: before.size, held: after.size });
            compared++;
          } catch (error) {
            differing.push({ what: mutation.what, error: String(error).slice(0, 600) });
          }
          rmSync(again, { recursive: true, force: true });
        }
      } finally {
        await server.stop();
      }
      console.log(
        `nats-server ${version}: ${compared} repaired archives restored and compared, ${restored} as damaged too`,
      );
      expect(differing).toEqual([]);
      expect(compared).toBeGreaterThan(COUNT / 4);
    }, 600_000);
  });

/** The messages, as they were in the original, that a server holds after a restore of the damaged backup itself. */
async function heldAlone(
  server: LiveServer,
  mutation: Mutation,
  name: string,
  again: string,
): Promise<bigint[]> {
  if (!existsSync(join(mutation.path, 'stream.tar.s2'))) return [];
  try {
    server.nats('stream', 'restore', mutation.path, '--no-progress');
    server.nats('stream', 'backup', name, again, '--no-progress');
  } catch {
    // Most damaged backups are refused; some leave a stream behind.
  }
  try {
    server.nats('stream', 'rm', name, '--force');
  } catch {
    // There is none.
  }
  if (!existsSync(join(again, 'backup.json'))) return [];
  const was = await messageList(mutation.original.path);
  const held = await messageList(again);
  rmSync(again, { recursive: true, force: true });
  return [...held].filter(([seq, digest]) => was.get(seq) === digest).map(([seq]) => seq);
}
