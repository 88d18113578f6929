import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES, flipBit, tempFolder } from '../support/damage.ts';
import { hasServer } from '../support/live-server.ts';
import { predictionFor } from '../support/oracle/compare.ts';
import { heldOf, serve } from '../support/oracle/serve.ts';
import { WireClient } from '../support/oracle/wire-client.ts';

const NAME = 'COMPRESSED';
/** Behind what tells the compression, the identifier of the framing and the head of the chunk. */
const SUM_AT_BYTES = 7 + 10 + 4;

/** A compressed stream with a current index, of which one block's chunk has another checksum than it should. */
function damagedStore(): string {
  const store = join(tempFolder(), 'store');
  const folder = join(store, 'jetstream/A/streams', NAME);
  cpSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams', NAME), folder, { recursive: true });
  flipBit(join(folder, 'msgs/2.blk'), SUM_AT_BYTES);
  return store;
}

it.for(['2.14.5', '2.15.2'])(
  'of a block whose chunk has a bad checksum %s reads no message, as is predicted',
  async (version, { skip }) => {
    const store = damagedStore();
    const { streams } = await verifyArchive(store);
    const predicted = predictionFor(streams[0]?.predictions, version);
    expect(predicted).toMatchObject({ outcome: 'loss', messages: 189n });
    const planned = await preflightStore(store, { serverVersion: version });
    expect(planned.streams[0]).toMatchObject({ outcome: 'loss', reason: predicted?.reason });
    skip(!hasServer(version));
    const folder = join(tempFolder(), version);
    cpSync(store, join(folder, 'store'), { recursive: true });
    const server = await serve(version, folder, ['A']);
    const client = await WireClient.connect(server?.port ?? 0, 'A');
    const info = await client.api(`STREAM.INFO.${NAME}`);
    const [first, last] = [BigInt(info.state.first_seq), BigInt(info.state.last_seq)];
    const held = await heldOf(
      client,
      NAME,
      Array.from({ length: Number(last - first + 1n) }, (_, i) => first + BigInt(i)),
    );
    client.close();
    await server?.stop();
    expect(predicted?.reason).toBe(`${Number(info.state.messages) - held.size} messages cannot be read`);
  },
);
