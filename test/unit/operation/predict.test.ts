import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/source/memory.ts';
import { stateAsServer } from '../../../src/operation/predict/files/consumer-state.ts';
import { packRanges } from '../../../src/core/packed-ranges.ts';
import { readBlockIndexAsServer } from '../../../src/operation/predict/files/block-index-as-server.ts';
import { SERVER_RULES } from '../../../src/operation/predict/rules/server-rules.ts';
import { verifyArchive } from '../../../src/operation/verify/run.ts';
import { copyOf, editFile, flipBit, recordsOf } from '../../support/damage.ts';
import { framed, unframed } from '../../support/frames.ts';

it.for([
  ['', 'empty'],
  ['1602000000000000', 'read'],
  ['160200000000', 'read'],
  ['16020000', 'corrupt'],
  ['1502000000000000', 'corrupt'],
  ['1602000000000501020304', 'corrupt'],
  ['1602000000008080808010', 'endless'],
  ['16020000000000808080808001', 'endless'],
  ['16020000000080', 'read'],
] as const)('an o.dat of %s is %s to a server', ([hex, expected]) => {
  const bytes = Buffer.from(hex, 'hex');
  const file = {
    path: 'obs/C/o.dat',
    label: 'o.dat',
    sizeBytes: bytes.length,
    carrierOffsetBytes: null,
    open: () => new MemorySource(bytes),
  };
  expect(stateAsServer(file).how).toBe(expected);
});

it('an .idx that is cut still tells as much as was read of it; one whose deletes are cut is believed', () => {
  const whole = Buffer.from(
    '1601099604' + '01eead98c0caf4f1e931' + '0cb4d8e6c4caf4f1e931' + '037e6555c7ebf3da7502040b',
    'hex',
  );
  expect(readBlockIndexAsServer(whole)).toMatchObject({
    messages: 9n,
    firstSeq: 1n,
    lastSeq: 12n,
    deleted: packRanges(BigUint64Array.of(3n, 3n, 5n, 5n, 12n, 12n)),
    lastChecksum: Uint8Array.from(Buffer.from('7e6555c7ebf3da75', 'hex')),
  });
  expect(readBlockIndexAsServer(whole.subarray(0, whole.length - 1))).toMatchObject({
    messages: 9n,
    deleted: packRanges(BigUint64Array.of(3n, 3n, 5n, 5n)),
    lastChecksum: Uint8Array.from(Buffer.from('7e6555c7ebf3da75', 'hex')),
  });
  expect(readBlockIndexAsServer(whole.subarray(0, 10))).toMatchObject({
    firstSeq: 1n,
    lastSeq: 0n,
    lastChecksum: null,
  });
  expect(readBlockIndexAsServer(Buffer.from('1501', 'hex'))).toBeNull();
});

describe('predictions', () => {
  it('of a restore that is refused: consumers before that have had the server look into a block', async () => {
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    editFile(join(backup, 'stream.tar.s2'), (bytes) => {
      const tar = unframed(bytes);
      const contentOf = (path: string): Buffer => tar.subarray(tar.indexOf(path) + 512);
      contentOf('obs/PUSH/o.dat').fill(0, 0, 2);
      const block = contentOf('msgs/1.blk');
      const highestByte = (recordsOf(block)[7]?.at ?? 0) + 11;
      block[highestByte] = (block[highestByte] ?? 0) ^ 8;
      return framed(tar);
    });
    const { streams } = await verifyArchive(backup);
    expect(streams[0]?.predictions?.map(({ server, outcome }) => `${server} ${outcome}`)).toEqual([
      '2.9 refused',
      '2.10 refused',
      '2.11 refused',
      '2.12 refused',
      '2.14 crash',
      '2.15 crash',
    ]);
  });

  it('are given for each generation, oldest first, and for 2.15 only where the form is V2', async () => {
    const generations = SERVER_RULES.map((rules) => rules.server);
    const store = await verifyArchive(copyOf('2.14.5-full/store'), { streams: ['ORDERS'] });
    expect(store.streams[0]?.predictions.map(({ server, how }) => [server, how])).toEqual(
      generations.map((server) => [server, 'start']),
    );
    const backup = await verifyArchive(copyOf('2.14.5-full/backups/$G/ORDERS'));
    expect(backup.streams[0]?.predictions.map(({ server, how }) => [server, how])).toEqual(
      generations.map((server) => [server, 'restore']),
    );
    const v2 = await verifyArchive(copyOf('2.15.2-full/backups/$G/ORDERS'));
    expect(v2.streams[0]?.predictions).toMatchObject([
      { server: '2.15', how: 'restore', outcome: 'whole', messages: 163n, first_seq: 2n, last_seq: 172n },
    ]);
    const encrypted = await verifyArchive(copyOf('2.14.5-enc-chacha/store'));
    expect(encrypted.streams.flatMap((stream) => stream.predictions)).toEqual([]);
  });

  it('of a store do not depend on threads', async () => {
    const store = copyOf('2.14.5-crash/store');
    const at = { atNs: 1_800_000_000_000_000_000n };
    expect(await verifyArchive(store, { jobs: 3, ...at })).toEqual(
      await verifyArchive(store, { jobs: 1, ...at }),
    );
  });

  it('a snapshot with a damaged chunk is refused by all', async () => {
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    flipBit(join(backup, 'stream.tar.s2'), 5000);
    const { predictions } = (await verifyArchive(backup)).streams[0] ?? { predictions: [] };
    expect(predictions.map((one) => one.outcome)).toEqual(SERVER_RULES.map(() => 'refused'));
  });

  it.for([
    ['missing', (path: string) => rmSync(path)],
    ['empty', (path: string) => truncateSync(path)],
    ['damaged', (path: string) => truncateSync(path, 100)],
    ['of no stream', (path: string) => writeFileSync(path, '{}')],
  ] as const)('a backup whose backup.json is %s is refused, a bare snapshot is not', async ([, damage]) => {
    for (const path of ['2.14.5-full/backups/$G/ORDERS', '2.15.2-full/backups/$G/ORDERS']) {
      const backup = copyOf(path);
      damage(join(backup, 'backup.json'));
      const outcomes = await outcomesOf(backup);
      expect(outcomes).toEqual(outcomes.map(() => 'refused'));
      expect(outcomes).not.toEqual([]);
    }
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    expect(await outcomesOf(join(backup, 'stream.tar.s2'))).not.toContain('refused');
  });

  it('a bad record with an index: 2.15 ends where it looks for TTLs, others serve it', async () => {
    const store = copyOf('2.14.5-full/store');
    const folder = join(store, 'jetstream/$G/streams/TTL/msgs');
    rmSync(join(folder, 'thw.db'));
    flipBit(join(folder, '1.blk'), 60);
    const { predictions } = (await verifyArchive(store, { streams: ['TTL'] })).streams[0] ?? {
      predictions: [],
    };
    const outcomes = new Map(predictions.map((one) => [one.server, one.outcome]));
    expect(outcomes.get('2.15')).toBe('crash');
    expect(outcomes.get('2.14')).toBe('loss');
  });
});

async function outcomesOf(path: string): Promise<unknown[]> {
  const { streams } = await verifyArchive(path);
  return streams.flatMap(({ predictions }) => predictions.map(({ outcome }) => outcome));
}

/** A stream without the files that remember its times, and without the tombstones and markers at its end. */
function asBefore(name: string): string {
  const stream = copyOf(`2.14.5-full/store/jetstream/$G/streams/${name}`);
  for (const file of ['index.db', 'thw.db', 'sched.db']) rmSync(join(stream, 'msgs', file), { force: true });
  editFile(join(stream, 'msgs/1.blk'), (bytes) => {
    const end = recordsOf(bytes).find(({ seq }) => seq >> 62n !== 0n);
    return bytes.subarray(0, end?.at ?? bytes.length);
  });
  return stream;
}

async function lastSequences(path: string, atNs: bigint): Promise<unknown> {
  const { predictions = [] } = (await verifyArchive(path, { atNs })).streams[0] ?? {};
  const wanted = new Set(['2.10', '2.11', '2.12', '2.15']);
  return predictions
    .filter(({ server }) => wanted.has(server))
    .map(({ server, outcome, last_seq }) => `${server} ${outcome} ${last_seq}`);
}

const NOW_NS = 1_800_000_000_000_000_000n;
const THEN_NS = 1_700_000_000_000_000_000n;

it('a TTL that has passed leaves a marker behind the end, where the stream asks for markers', async () => {
  const stream = asBefore('TTL');
  expect(await lastSequences(stream, THEN_NS)).toEqual([
    '2.10 whole 22',
    '2.11 whole 22',
    '2.12 whole 22',
    '2.15 whole 22',
  ]);
  expect(await lastSequences(stream, NOW_NS)).toEqual([
    '2.10 whole 22',
    '2.11 whole 25',
    '2.12 whole 25',
    '2.15 whole 25',
  ]);
});

it('a schedule whose time has passed is published behind the end', async () => {
  const stream = asBefore('SCHED');
  expect(await lastSequences(stream, THEN_NS)).toEqual([
    '2.10 whole 10',
    '2.11 absent 0',
    '2.12 whole 10',
    '2.15 whole 10',
  ]);
  expect(await lastSequences(stream, NOW_NS)).toEqual([
    '2.10 whole 10',
    '2.11 absent 0',
    '2.12 whole 11',
    '2.15 whole 11',
  ]);
});
