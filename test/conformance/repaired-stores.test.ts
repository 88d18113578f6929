import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ToolError, UsageError } from '../../src/core/error.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { captures, type Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { hasServer, LiveServer } from '../support/live-server.ts';
import { messageList } from '../support/message-list.ts';
import { mutate } from '../support/mutations.ts';
import { minorOf } from '../support/captures.ts';

const COUNT = Number(process.env['NATSARC_RESTORES'] ?? 100);
const VERSIONS = [...new Set(captures().map(({ version }) => version))].filter((version) =>
  ['2.9.25', '2.10.29', '2.14.5', '2.15.2'].includes(version),
);

/** A damaged archive as a stream of the one store that a server is started on. */
interface RepairedStore {
  readonly what: string;
  readonly account: string;
  readonly name: string;
  readonly messages: Readonly<Map<bigint, string>>;
}

/** Each in an account of its own: many are damaged copies of the same stream. null where nothing can be repaired. */
async function repairInto(
  store: string,
  seed: number,
  folder: string,
  version: string,
): Promise<RepairedStore | null> {
  const mutation = mutate(seed, folder);
  // A stream may ask for what older servers do not know.
  if (minorOf(mutation.version) > minorOf(version)) return null;
  const target = join(folder, `repaired-${seed}`);
  const result = await repairArchive(mutation.path, { target, to: 'store' }).catch((error: unknown) => {
    if (error instanceof ToolError || error instanceof UsageError) return null;
    throw error;
  });
  const [stream] = result?.written.streams ?? [];
  if (stream === undefined) return null;
  const account = `A${seed}`;
  const messages = await messageList(target);
  cpSync(
    join(target, 'jetstream', stream.account ?? '', 'streams'),
    join(store, 'jetstream', account, 'streams'),
    { recursive: true },
  );
  return { what: mutation.what, account, name: stream.name, messages };
}

for (const version of VERSIONS)
  describe.skipIf(!hasServer(version))(`nats-server ${version}`, () => {
    it('starts on repaired stores and holds exactly their messages', async () => {
      const folder = tempFolder();
      const store = join(folder, 'store');
      mkdirSync(store);
      const repaired: RepairedStore[] = [];
      for (let seed = 1; seed <= COUNT; seed++) {
        const one = await repairInto(store, seed, folder, version);
        if (one !== null) repaired.push(one);
      }
      const server = await LiveServer.start(
        version,
        store,
        repaired.map(({ account }) => account),
      );
      const differing: Json[] = [];
      try {
        for (const { what, account, name, messages } of repaired) {
          const again = join(folder, 'again');
          rmSync(again, { recursive: true, force: true });
          try {
            server.natsAs(account, 'stream', 'backup', name, again, '--no-progress');
          } catch (error) {
            differing.push({ what, error: String(error).slice(0, 600) });
            continue;
          }
          const held = await messageList(again);
          if (JSON.stringify([...messages].map(String)) !== JSON.stringify([...held].map(String)))
            differing.push({ what, repaired: messages.size, held: held.size });
        }
      } finally {
        await server.stop();
      }
      console.log(`nats-server ${version}: started on ${repaired.length} repaired stores`);
      expect(differing).toEqual([]);
      expect(repaired.length).toBeGreaterThan(COUNT / 10);
    }, 600_000);
  });
