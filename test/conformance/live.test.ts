import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { catMessages } from '../../src/operation/cat/run.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import type { Json } from '../support/captures.ts';
import { tempFolder } from '../support/damage.ts';
import { hasServer, LiveServer, SERVER_VERSIONS } from '../support/live-server.ts';
import { comparableState, onlyStream } from '../support/truth-comparison.ts';

for (const version of SERVER_VERSIONS) {
  describe.skipIf(!hasServer(version))(`nats-server ${version}`, () => {
    it('its store is OK after a restore, which up to 2.14 leaves an empty folder', async () => {
      const folder = tempFolder();
      const [store, backup] = [join(folder, 'store'), join(folder, 'backup')];
      const server = await LiveServer.start(version, store);
      try {
        server.nats('stream', 'add', 'LIVE', '--subjects', 'live.>', '--defaults');
        server.nats('pub', 'live.a', 'message {{Count}}', '--count', '10');
        server.nats('stream', 'backup', 'LIVE', backup, '--no-progress');
        server.nats('stream', 'rm', 'LIVE', '--force');
        server.nats('stream', 'restore', backup, '--no-progress');
      } finally {
        await server.stop();
      }
      expect(existsSync(join(store, 'jetstream/$G/__snapshots__'))).toBe(version !== '2.15.2');
      const { status, findings } = await verifyArchive(store);
      expect({ status, findings }).toEqual({ status: 'OK', findings: [] });
    });

    it('its store and its backup are as it said', async () => {
      const folder = tempFolder();
      const store = join(folder, 'store');
      const backup = join(folder, 'backup');
      const server = await LiveServer.start(version, store);
      let info: Json;
      try {
        server.nats('stream', 'add', 'LIVE', '--subjects', 'live.>', '--defaults');
        server.nats('pub', 'live.a', 'message {{Count}}', '--count', '300', '-H', 'Kind: test');
        server.nats('pub', 'live.b', 'other {{Count}}', '--count', '50');
        for (const seq of ['7', '8', '350']) server.nats('stream', 'rmm', 'LIVE', seq, '--force');
        server.nats('consumer', 'add', 'LIVE', 'READER', '--pull', '--defaults');
        server.nats('consumer', 'next', 'LIVE', 'READER', '--count', '5', '--ack');
        server.nats('stream', 'backup', 'LIVE', backup, '--no-progress');
        info = parse(server.nats('stream', 'info', 'LIVE', '--json'), undefined, Number);
      } finally {
        await server.stop();
      }
      for (const path of [join(store, 'jetstream'), backup]) {
        expect(await verifyArchive(path)).toMatchObject({
          status: 'OK',
          checked: { streams: 1, messages: 347, consumers: 1 },
        });
        const stream = onlyStream(await inspectArchive(path, { deep: true, gaps: true }));
        expect(withoutDetail(comparableState(stream.state))).toEqual(
          withoutDetail(comparableState(info.state)),
        );
        expect(comparableState(stream.state).deleted).toEqual([7n, 8n, 350n]);
        expect(stream.consumers[0]).toMatchObject({
          name: 'READER',
          delivered: { stream_seq: 5n },
          ack_floor: { stream_seq: 5n },
          num_pending: 342,
        });
        let count = 0;
        await catMessages(path, { subjects: ['live.a'] }, (lot) => {
          for (const message of lot)
            expect(Buffer.from(message.header ?? []).toString()).toContain('Kind: test');
          count += lot.length;
        });
        expect(count).toBe(298);
      }
    });
  });
}

/** The command asks for no list of deletes; the time of a last message that is gone is not in every form. */
function withoutDetail(state: Json): Json {
  return { ...state, deleted: null, last_ts: null };
}
