import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';
import { hasServer, SERVER_VERSIONS } from '../support/live-server.ts';
import { predictionFor, told } from '../support/oracle/compare.ts';
import { NAMED_DAMAGE } from '../support/oracle/named-damage.ts';
import { observe, serve } from '../support/oracle/serve.ts';
import { WireClient } from '../support/oracle/wire-client.ts';

/** Each case in an account of its own: `C0`, `C1`, … */
function damagedStore(): string {
  const store = join(tempFolder(), 'store');
  for (const [i, { stream, damage }] of NAMED_DAMAGE.entries()) {
    const folder = join(store, `C${i}/streams`, nameOf(stream));
    cpSync(join(CAPTURES, stream), folder, { recursive: true });
    damage(folder);
  }
  return store;
}

function nameOf(stream: string): string {
  return stream.split('/').at(-1) ?? '';
}

/** What one server makes of some of them; null where it ends, or does not get ready. */
async function observedIn(
  store: string,
  version: string,
  places: readonly number[],
): Promise<readonly string[] | null> {
  const folder = join(tempFolder(), version);
  const accounts = places.map((place) => `C${place}`);
  for (const account of accounts)
    cpSync(join(store, account), join(folder, 'store/jetstream', account), { recursive: true });
  const server = await serve(version, folder, accounts, READY_MS);
  if (server === null) return null;
  // What has expired goes by a timer.
  await delay(1500);
  const seen: string[] = [];
  for (const place of places) {
    const client = await WireClient.connect(server.port, `C${place}`);
    seen.push(told(await observe(client, nameOf(NAMED_DAMAGE[place]?.stream ?? ''))));
    client.close();
  }
  await server.stop();
  return seen;
}

const READY_MS = 5000;

it('damage that was once predicted wrongly is predicted', async () => {
  const { streams } = await verifyArchive(damagedStore());
  for (const [i, { name, expected }] of NAMED_DAMAGE.entries()) {
    const stream = streams.find(({ account }) => account === `C${i}`);
    const predicted = SERVER_VERSIONS.map((version) => predictionFor(stream?.predictions, version));
    expect([name, ...predicted.map((one) => (one === undefined ? 'none' : told(one)))]).toEqual([
      name,
      ...expected,
    ]);
  }
});

it('preflight tells the same as the predictions of verify', async () => {
  const store = damagedStore();
  const verified = await verifyArchive(store);
  for (const version of SERVER_VERSIONS) {
    const planned = await preflightStore(store, { serverVersion: version });
    const predicted = verified.streams.map(({ account, name, predictions }) => {
      const one = predictionFor(predictions, version);
      const revived = one?.revived_messages ?? 0n;
      return { account, name, outcome: one?.outcome, reason: one?.reason, told: one && told(one), revived };
    });
    expect(
      planned.streams.map((stream) => {
        const { account, name, outcome, reason, messages, first_seq, last_seq, consumers } = stream;
        const back = stream.steps.filter((step) => step.do === 'revive-messages');
        const proven = back.find((step) => step.reason?.startsWith('up to') === false);
        const revived = proven?.messages ?? 0n;
        const served = { messages: messages ?? 0n, first_seq: first_seq ?? 0n, last_seq: last_seq ?? 0n };
        const one = {
          server: '2.9',
          how: 'start',
          outcome: outcome ?? 'absent',
          ...served,
          consumers,
          revived_messages: revived,
          reason,
        } as const;
        return { account, name, outcome, reason, told: told(one), revived };
      }),
    ).toEqual(predicted);
    const untold = planned.streams.filter(({ outcome, steps }) => outcome !== 'whole' && steps.length === 0);
    expect(untold.filter(({ reason }) => reason?.endsWith('cannot be read') !== true)).toEqual([]);
  }
});

it.for(SERVER_VERSIONS)('nats-server %s does what was predicted', async (version, { skip }) => {
  skip(!hasServer(version));
  const store = damagedStore();
  const expected = NAMED_DAMAGE.map((one) => one.expected[SERVER_VERSIONS.indexOf(version)]);
  const served = NAMED_DAMAGE.map((_, place) => place).filter((place) => expected[place] !== 'crash');
  const seen = await observedIn(store, version, served);
  expect(served.map((place, i) => [NAMED_DAMAGE[place]?.name, seen?.[i]])).toEqual(
    served.map((place) => [NAMED_DAMAGE[place]?.name, expected[place]]),
  );
  for (const [place, { name }] of NAMED_DAMAGE.entries())
    if (expected[place] === 'crash')
      expect([name, await observedIn(store, version, [place])]).toEqual([name, null]);
});
