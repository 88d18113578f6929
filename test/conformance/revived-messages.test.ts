import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES, cutTombstones, tempFolder } from '../support/damage.ts';
import { hasServer, SERVER_VERSIONS } from '../support/live-server.ts';
import { messageList } from '../support/message-list.ts';
import { predictionFor } from '../support/oracle/compare.ts';
import { heldOf, serve } from '../support/oracle/serve.ts';
import { WireClient } from '../support/oracle/wire-client.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';
/** As they are, and with the records behind their last message cut off, which tell of deletes. */
const CASES = ['ORDERS', 'PURGEPART', 'TAILDEL', 'WQ'].flatMap((name) => [
  { name, isCut: false },
  { name, isCut: true },
]);

it.for(SERVER_VERSIONS)(
  'nats-server %s has the deleted messages again that were predicted',
  async (version, { skip }) => {
    skip(!hasServer(version));
    const folder = tempFolder();
    for (const [i, { name, isCut }] of CASES.entries()) {
      const stream = join(folder, `store/jetstream/A${i}/streams`, name);
      cpSync(join(CAPTURES, STREAMS, name), stream, { recursive: true });
      if (isCut) cutTombstones(stream);
    }
    const { streams } = await verifyArchive(join(folder, 'store'));
    const server = await serve(
      version,
      folder,
      CASES.map((_, i) => `A${i}`),
    );
    for (const [i, { name, isCut }] of CASES.entries()) {
      const was = await messageList(join(CAPTURES, STREAMS, name));
      const verified = streams.find(({ account }) => account === `A${i}`);
      const all = Array.from({ length: Number(verified?.actual?.last_seq ?? 0n) + 1 }, (_, seq) =>
        BigInt(seq),
      );
      const client = await WireClient.connect(server?.port ?? 0, `A${i}`);
      const held = await heldOf(client, name, all);
      client.close();
      const back = [...held.keys()].filter((seq) => !was.has(seq)).length;
      const told = predictionFor(verified?.predictions, version)?.revived_messages;
      expect({ name, isCut, back: BigInt(back) }).toEqual({ name, isCut, back: told });
    }
    await server?.stop();
  },
);
