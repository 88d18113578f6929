import { cpSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import type { PreflightStep } from '../../src/operation/preflight/types.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES, editFile, recordsOf, tempFolder } from '../support/damage.ts';
import { hasServer } from '../support/live-server.ts';
import { predictionFor } from '../support/oracle/compare.ts';
import { heldOf, observe, serve } from '../support/oracle/serve.ts';
import { WireClient } from '../support/oracle/wire-client.ts';

/** 180 messages in five blocks, the first of which are not compressed; index.db is current, for all servers that know one. */
const SOURCE = join(CAPTURES, '2.10.29-full/store/jetstream/$G/streams/COMPSWITCH');
const NAME = 'COMPSWITCH';
const BLOCK = 'msgs/1.blk';

/** What is damaged in the first block, which holds 1 to 37; what 2.10, and what later ones lose of it. */
interface Damaged {
  readonly name: string;
  readonly damage: (block: string) => void;
  readonly reasons: readonly [older: string, newer: string];
  /** How many messages the server counts less once it has read the block. */
  readonly cut: readonly [older: number, newer: number];
}

/** Flips a bit in the tenth record. */
function flipped(atBytes: number): (block: string) => void {
  return (block) =>
    editFile(block, (bytes) => {
      const at = (recordsOf(bytes)[9]?.at ?? 0) + atBytes;
      bytes[at] = (bytes[at] ?? 0) ^ 4;
      return bytes;
    });
}

const ONE_OF_28 = '1 message cannot be read, and 27 more are cut off once the block is read';
const SIX_OF_28 = '6 messages cannot be read, and 22 more are cut off once the block is read';

const DAMAGED: readonly Damaged[] = [
  {
    name: 'the payload',
    damage: flipped(60),
    reasons: ['1 message cannot be read', '1 message cannot be read'],
    cut: [0, 0],
  },
  { name: 'the length', damage: flipped(2), reasons: [ONE_OF_28, ONE_OF_28], cut: [28, 28] },
  {
    name: 'the sequence',
    damage: flipped(5),
    reasons: ['28 messages cannot be read', ONE_OF_28],
    cut: [0, 28],
  },
  {
    name: 'a page',
    damage: (block) => editFile(block, (bytes) => bytes.fill(0, 8192, 12288)),
    reasons: [SIX_OF_28, SIX_OF_28],
    cut: [28, 28],
  },
];

function damagedStore(): string {
  const store = join(tempFolder(), 'store');
  for (const [i, { damage }] of DAMAGED.entries()) {
    const folder = join(store, 'jetstream', `L${i}`, 'streams', NAME);
    cpSync(SOURCE, folder, { recursive: true });
    damage(join(folder, BLOCK));
  }
  return store;
}

/** How many messages a server counts before and after it has been asked for all of them, and how many it gave out. */
async function readAll(
  port: number,
  account: string,
): Promise<{ before: number; after: number; held: number }> {
  const client = await WireClient.connect(port, account);
  const before = await observe(client, NAME);
  const wanted = Array.from({ length: 180 }, (_, i) => BigInt(i + 1));
  // The first message that is asked for after a cut is not found by 2.10.
  await heldOf(client, NAME, wanted);
  const held = await heldOf(client, NAME, wanted);
  await delay(200);
  const after = await observe(client, NAME);
  client.close();
  return { before: Number(before.messages), after: Number(after.messages), held: held.size };
}

function laterCuts(steps: readonly PreflightStep[]): number {
  return steps
    .filter(
      (step) => step.do === 'cut-block' && step.reason?.includes('once the server reads the block') === true,
    )
    .reduce((sum, { messages }) => sum + Number(messages), 0);
}

it.for(['2.10.29', '2.11.16', '2.14.5', '2.15.2'])(
  'what %s loses once it reads a damaged block is told before',
  async (version, { skip }) => {
    const store = damagedStore();
    const { streams } = await verifyArchive(store);
    const planned = await preflightStore(store, { serverVersion: version });
    const which = version.startsWith('2.10.') ? 0 : 1;
    const predicted = streams.map(({ predictions }) => predictionFor(predictions, version)?.reason);
    const told = DAMAGED.map(({ name, reasons, cut }) => [name, reasons[which], cut[which]]);
    expect(
      DAMAGED.map(({ name }, i) => [name, predicted[i], laterCuts(planned.streams[i]?.steps ?? [])]),
    ).toEqual(told);
    expect(planned.streams.map(({ reason }) => reason)).toEqual(predicted);
    skip(!hasServer(version));
    const folder = join(tempFolder(), version);
    cpSync(store, join(folder, 'store'), { recursive: true });
    const accounts = DAMAGED.map((_, i) => `L${i}`);
    const server = await serve(version, folder, accounts);
    const seen = await Promise.all(accounts.map(async (account) => readAll(server?.port ?? 0, account)));
    await server?.stop();
    const lost = predicted.map((reason) =>
      (reason?.match(/\d+/g) ?? []).reduce((sum, count) => sum + Number(count), 0),
    );
    expect(seen).toEqual(
      DAMAGED.map(({ cut }, i) => ({
        before: 180,
        after: 180 - (cut[which] ?? 0),
        held: 180 - (lost[i] ?? 0),
      })),
    );
  },
);
