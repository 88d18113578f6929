import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keyedSumHex } from '../../src/codec/highwayhash.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES, editFile, recordsOf, tempFolder } from '../support/damage.ts';
import { hasServer, SERVER_VERSIONS } from '../support/live-server.ts';
import { predictionFor, told } from '../support/oracle/compare.ts';
import { observe, serve } from '../support/oracle/serve.ts';
import { WireClient } from '../support/oracle/wire-client.ts';

/** What servers do to damage that was once predicted wrongly, each reduced to one stream of a capture. */
interface NamedDamage {
  readonly name: string;
  /** Below the captures. */
  readonly stream: string;
  readonly damage: (folder: string) => void;
  /** For 2.9, 2.10, 2.11, 2.12, 2.14, 2.15. */
  readonly expected: readonly string[];
}

const dropBytes =
  (file: string, at: number, count: number) =>
  (folder: string): void =>
    editFile(join(folder, file), (bytes) =>
      Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]),
    );

/** The sequence of one record of a block. */
const renumber =
  (place: number, seq: bigint) =>
  (folder: string): void =>
    editFile(join(folder, 'msgs/1.blk'), (bytes) => {
      bytes.writeBigUInt64LE(seq, (recordsOf(bytes).at(place)?.at ?? 0) + 4);
      return bytes;
    });

const cutBehind =
  (records: number) =>
  (folder: string): void =>
    editFile(join(folder, 'msgs/1.blk'), (bytes) => bytes.subarray(0, recordsOf(bytes)[records]?.at));

const without =
  (...files: readonly string[]) =>
  (folder: string): void =>
    files.forEach((file) => rmSync(join(folder, file), { force: true, recursive: true }));

const all =
  (...steps: readonly ((folder: string) => void)[]) =>
  (folder: string): void =>
    steps.forEach((step) => step(folder));

/** The stream keeps what its consumers have not acknowledged. */
function retainInterest(folder: string): void {
  const path = join(folder, 'meta.inf');
  const text = readFileSync(path, 'utf8').replace('"retention":"limits"', '"retention":"interest"');
  writeFileSync(path, text);
  const { name } = JSON.parse(text) as { name: string };
  writeFileSync(join(folder, 'meta.sum'), keyedSumHex(name, Buffer.from(text)));
}

const WHOLE = '108 messages 1-127 []';
const CUT = '107 messages 1-126 []';
const NOTHING = '0 messages 0-0 []';

const CASES: readonly NamedDamage[] = [
  {
    name: 'with an .idx that is believed 2.10 checks no sequence, 2.11 does',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: renumber(-1, 1034n),
    expected: [WHOLE, WHOLE, CUT, CUT, CUT, CUT],
  },
  {
    name: 'a block is cut once a consumer looks into it, though its .idx was believed',
    stream: '2.9.25-full/store/jetstream/$G/streams/ORDERS',
    damage: dropBytes('msgs/1.blk', 59783, 20),
    expected: SERVER_VERSIONS.map(() => '65 messages 2-70 [1px0wyab DISPATCH LOG NEW PUSH]'),
  },
  {
    name: 'an .idx is believed where its list of deletes is cut, and its count where no limit makes servers count again',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: (folder) => editFile(join(folder, 'msgs/1.idx'), (bytes) => bytes.subarray(0, -2)),
    expected: SERVER_VERSIONS.map(() => WHOLE),
  },
  {
    name: 'an .fss with a bad sum makes 2.9 walk the block when it opens it',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: all(dropBytes('msgs/1.blk', 5000, 20), (folder) =>
      editFile(join(folder, 'msgs/1.fss'), (bytes) => bytes.fill(1, 20, 21)),
    ),
    expected: SERVER_VERSIONS.map(() => '37 messages 1-53 []'),
  },
  {
    name: 'an .fss that fits spares 2.9 the walk',
    stream: '2.9.25-full/store/jetstream/$G/streams/PERSUB',
    damage: dropBytes('msgs/1.blk', 5000, 20),
    expected: [WHOLE, ...SERVER_VERSIONS.slice(1).map(() => '37 messages 1-53 []')],
  },
  {
    name: 'a consumer ahead of a cut stream goes back since 2.14, and what it wanted stays',
    stream: '2.14.5-full/store/jetstream/$G/streams/ORDERS',
    damage: all(
      retainInterest,
      without('msgs/index.db', 'obs/DISPATCH', 'obs/LOG', 'obs/N8YLz60I', 'obs/PUSH'),
      cutBehind(60),
    ),
    expected: [
      '1 messages 30-60 [NEW]',
      '55 messages 2-60 [NEW]',
      '54 messages 2-60 [NEW]',
      '54 messages 2-60 [NEW]',
      '55 messages 2-60 [NEW]',
      '55 messages 2-60 [NEW]',
    ],
  },
  {
    name: 'a scan for TTLs never ends in 2.12 and 2.14 where it cuts the block',
    stream: '2.12.12-full/store/jetstream/$G/streams/TTLAGED',
    damage: all(without('msgs/thw.db'), dropBytes('msgs/1.blk', 0, 1)),
    expected: [NOTHING, NOTHING, NOTHING, 'crash', 'crash', '0 messages 4-3 []'],
  },
];

/** Each case in an account of its own: `C0`, `C1`, … */
function damagedStore(): string {
  const store = join(tempFolder(), 'store');
  for (const [i, { stream, damage }] of CASES.entries()) {
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
  const seen: string[] = [];
  for (const place of places) {
    const client = await WireClient.connect(server.port, `C${place}`);
    seen.push(told(await observe(client, nameOf(CASES[place]?.stream ?? ''))));
    client.close();
  }
  await server.stop();
  return seen;
}

const READY_MS = 5000;

it('damage that was once predicted wrongly is predicted', async () => {
  const { streams } = await verifyArchive(damagedStore());
  for (const [i, { name, expected }] of CASES.entries()) {
    const stream = streams.find(({ account }) => account === `C${i}`);
    const predicted = SERVER_VERSIONS.map((version) => predictionFor(stream?.predictions, version));
    expect([name, ...predicted.map((one) => (one === undefined ? 'none' : told(one)))]).toEqual([
      name,
      ...expected,
    ]);
  }
});

it.for(SERVER_VERSIONS)('nats-server %s does what was predicted', async (version, { skip }) => {
  skip(!hasServer(version) && process.env['NATSARC_REQUIRE_SERVERS'] !== '1');
  const store = damagedStore();
  const expected = CASES.map((one) => one.expected[SERVER_VERSIONS.indexOf(version)]);
  const served = CASES.map((_, place) => place).filter((place) => expected[place] !== 'crash');
  const seen = await observedIn(store, version, served);
  expect(served.map((place, i) => [CASES[place]?.name, seen?.[i]])).toEqual(
    served.map((place) => [CASES[place]?.name, expected[place]]),
  );
  for (const [place, { name }] of CASES.entries())
    if (expected[place] === 'crash')
      expect([name, await observedIn(store, version, [place])]).toEqual([name, null]);
});
