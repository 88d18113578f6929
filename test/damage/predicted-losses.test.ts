import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SERVER_GENERATIONS } from '../../src/core/server-generation.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { copyOf, editFile, recordsOf } from '../support/damage.ts';
import { configured } from '../support/oracle/damage-steps.ts';

const COMPSWITCH = '2.10.29-full/store/jetstream/$G/streams/COMPSWITCH';

/** What each server serves of a stream, what of it had been deleted, and what it is told to lose. */
async function told(stream: string): Promise<string[]> {
  const { streams } = await verifyArchive(stream);
  return (streams[0]?.predictions ?? []).map(
    ({ server, messages, first_seq, last_seq, revived_messages, reason }) =>
      `${server}: ${messages}, ${first_seq}-${last_seq}, ${revived_messages} revived: ${reason}`,
  );
}

it('messages that a limit had taken and that come back make up for none that a cut takes', async () => {
  const stream = copyOf(COMPSWITCH);
  configured('"max_msgs":-1', '"max_msgs":100')(stream);
  rmSync(join(stream, 'msgs/index.db'));
  editFile(join(stream, 'msgs/5.blk'), (bytes) => {
    const { at, length } = recordsOf(bytes).find(({ seq }) => seq === 160n) ?? { at: 0, length: 0 };
    bytes[at + length - 20] = (bytes[at + length - 20] ?? 0) ^ 4;
    return bytes;
  });
  // 80 to 180 are live; 60 to 79 had been taken.
  expect(await told(stream)).toEqual(
    SERVER_GENERATIONS.map((server) => `${server}: 100, 60-159, 20 revived: 21 messages are lost`),
  );
});

it('2.9 reads all messages of a block that has a name behind its own', async () => {
  const stream = copyOf('2.9.25-full/store/jetstream/$G/streams/ORDERS');
  renameSync(join(stream, 'msgs/1.blk'), join(stream, 'msgs/1.blk.tmp'));
  expect((await told(stream))[0]).toBe('2.9: 163, 2-172, 0 revived: null');
});

it('what 2.10 counts in a block that is missing cannot be read; later ones rebuild without it', async () => {
  const stream = copyOf(COMPSWITCH);
  rmSync(join(stream, 'msgs/2.blk'));
  const [oldest, older, ...newer] = await told(stream);
  expect(older).toBe('2.10: 180, 1-180, 0 revived: 38 messages cannot be read');
  for (const one of [oldest, ...newer]) expect(one).toMatch(/: 142, 1-180, 0 revived: 38 messages are lost$/);
});

it('preflight tells of a missing block that 2.10 counts until it looks into it', async () => {
  const stream = copyOf(COMPSWITCH);
  rmSync(join(stream, 'msgs/2.blk'));
  const { streams } = await preflightStore(stream, { serverVersion: '2.10' });
  expect(streams[0]?.steps).toMatchObject([
    {
      do: 'remove-messages',
      severity: 'critical',
      file: expect.stringMatching(/msgs\/2\.blk$/),
      messages: 38n,
    },
  ]);
});

it('a read that has no end is told: the server lists all sequences up to a damaged one', async () => {
  const stream = copyOf(COMPSWITCH);
  editFile(join(stream, 'msgs/1.blk'), (bytes) => {
    const at = (recordsOf(bytes)[9]?.at ?? 0) + 10;
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    return bytes;
  });
  const reason = '37 messages cannot be read; the server ends once the block is read';
  for (const one of (await told(stream)).slice(1)) expect(one).toContain(reason);
  const { streams } = await preflightStore(stream);
  expect(streams[0]?.steps).toMatchObject([{ do: 'end-server', severity: 'critical' }]);
});
