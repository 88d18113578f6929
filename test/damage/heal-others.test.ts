import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, copyOf, editFile, recordsOf, tempFolder } from '../support/damage.ts';
import { damagedOrders } from '../support/damaged-copies.ts';
import { messageList } from '../support/message-list.ts';
import { runCli } from '../support/run-cli.ts';
import { writeMessages } from '../support/synthetic-stream.ts';
import { repaired } from '../support/repaired.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';
const ORDERS = join(CAPTURES, STREAMS, 'ORDERS');
/** A stream of another server: the same name, subjects and numbers of messages. */
const UNRELATED = join(ROOT, 'testdata/backups/ORDERS-v2');

/** A stream folder cut to some of its records: those from a sequence on, or below it. */
function partOf(isKept: (seq: bigint) => boolean): string {
  const store = copyOf(`${STREAMS}/ORDERS`);
  rmSync(join(store, 'msgs/index.db'));
  editFile(join(store, 'msgs/1.blk'), (bytes) =>
    Buffer.concat(
      recordsOf(bytes)
        .filter(({ seq }) => isKept(seq))
        .map(({ at, length }) => bytes.subarray(at, at + length)),
    ),
  );
  return store;
}

describe('what other archives are used for is told', () => {
  it('of each its messages, and what says that it is the same stream', async () => {
    const { loss } = await repaired(damagedOrders(), { from: [ORDERS] });
    expect(loss.streams[0]?.others).toEqual([
      {
        source: 1,
        used: true,
        by: 'messages',
        same: 166,
        differing: 0,
        recovered: 1n,
        text: `from ${ORDERS}: 1 message (166 of 166 messages at the same sequence are the same)`,
      },
    ]);
  });

  it('a stream of the same name with other messages is left aside', async () => {
    const [own, other] = [copyOf('2.14.5-full/account-backup'), copyOf('2.14.5-full/account-backup')];
    rmSync(join(other, '$G/ORDERS'), { recursive: true });
    cpSync(UNRELATED, join(other, '$G/ORDERS'), { recursive: true });
    const { loss, written } = await repaired(own, { from: [other] });
    const [orders, queue] = loss.streams;
    expect(orders).toMatchObject({ name: 'ORDERS', recovered: 163n, lost: 0n, disagreements: [] });
    expect(orders?.others).toMatchObject([
      { source: 1, used: false, by: 'messages', same: 0, recovered: 0n },
    ]);
    expect(queue?.others).toMatchObject([{ source: 1, used: true, by: 'messages', differing: 0 }]);
    expect(written.notes).toContainEqual(
      expect.stringMatching(
        /^ORDERS: nothing from .*account-backup: 0 of \d+ messages at the same sequence are/,
      ),
    );
    expect(written.streams[0]?.state.consumer_count).toBe(5);
  });

  it.each([
    ['another stream', join(CAPTURES, STREAMS, 'EMPTY'), /ORDERS: no stream ORDERS is in it, but EMPTY/],
    ['another stream of its name', UNRELATED, /ORDERS: 0 of \d+ messages at the same sequence are the same/],
    ['one without data', 'emptied', /ORDERS: it has no data of the stream/],
    ['one that is encrypted', join(CAPTURES, '2.14.5-enc-chacha/store'), /encrypted, its key is needed/],
  ])('an archive that is of no use at all is refused: %s', async (_, other, words) => {
    const from = other === 'emptied' ? copyOf('2.14.5-full/backups/$G/ORDERS') : other;
    if (other === 'emptied') rmSync(join(from, 'stream.tar.s2'));
    await expect(repaired(damagedOrders(), { from: [from] })).rejects.toThrow(words);
    const target = join(tempFolder(), 'out');
    const run = runCli(['repair', damagedOrders(), '--from', from, '--out', target]);
    expect(run).toMatchObject({ exit: 2, stdout: '' });
    expect(run.stderr).toMatch(/--from .* holds none of the streams that are repaired/);
  });

  it('where no message is in both, the time of creation tells', async () => {
    const [low, high] = [partOf((seq) => seq < 60n), partOf((seq) => seq >= 60n)];
    const { loss } = await repaired(low, { from: [high] });
    expect(loss.streams[0]?.others[0]).toMatchObject({ used: true, by: 'created', same: 0, differing: 0 });
    // The sum no longer fits: then nothing but name and subjects speaks for it.
    const meta = join(high, 'meta.inf');
    const changed = readFileSync(meta, 'utf8').replace(
      /"Created":"[^"]*"/,
      '"Created":"2026-11-22T00:00:00Z"',
    );
    writeFileSync(meta, changed);
    const doubtful = await repaired(low, { from: [high] });
    expect(doubtful.loss.streams[0]?.others[0]).toMatchObject({ used: true, by: 'subjects' });
    writeFileSync(meta, changed.replace('orders.', 'bills.'));
    await expect(repaired(low, { from: [high] })).rejects.toThrow(
      /it has other subjects, and no message is in both/,
    );
    const highOther = copyOf('2.15.2-full/store/jetstream/$G/streams/ORDERS');
    rmSync(join(highOther, 'msgs/index.db'));
    editFile(join(highOther, 'msgs/1.blk'), (bytes) => bytes.subarray(recordsOf(bytes)[80]?.at));
    await expect(repaired(low, { from: [highOther] })).rejects.toThrow(
      /created 2026-11-21T00:15:07\.569966414Z, not 2026-11-21T00:03:51\.372486741Z, and no message is in both/,
    );
  });

  it('a stream without data is known by the times that its backup.json declares', async () => {
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    rmSync(join(backup, 'stream.tar.s2'));
    const { loss } = await repaired(backup, { from: [ORDERS] });
    expect(loss.streams[0]?.others[0]).toMatchObject({ used: true, by: 'declared', recovered: 163n });
    await expect(repaired(backup, { from: [UNRELATED] })).rejects.toThrow(
      /its messages do not have the times that backup\.json declares/,
    );
  });
});

describe('a stream without data among several', () => {
  /** Of WQ nothing but backup.json is left. */
  function withoutWorkQueue(): string {
    const backup = copyOf('2.14.5-full/account-backup');
    rmSync(join(backup, '$G/MEM'), { recursive: true });
    writeFileSync(join(backup, '$G/WQ/stream.tar.s2'), '');
    return backup;
  }

  it('is made anew of another archive', async () => {
    const whole = join(CAPTURES, '2.14.5-full/account-backup');
    const { loss, written, isLossy, target } = await repaired(withoutWorkQueue(), { from: [whole] });
    expect(written.skipped).toEqual([]);
    expect(loss.streams).toMatchObject([
      { name: 'ORDERS', lost: 0n },
      { name: 'WQ', lost: 0n, recovered: 27n, others: [{ used: true, by: 'declared', recovered: 27n }] },
    ]);
    expect(isLossy).toBe(false);
    expect([...(await messageList(join(target, 'WQ')))]).toEqual([
      ...(await messageList(join(CAPTURES, STREAMS, 'WQ'))),
    ]);
  });

  it('is a loss where the others do not have it', async () => {
    const { loss, written, isLossy } = await repaired(withoutWorkQueue(), { from: [ORDERS] });
    expect(written.skipped).toMatchObject([{ name: 'WQ', lost_messages: 27n }]);
    expect(loss.streams).toMatchObject([{ name: 'ORDERS' }, { name: 'WQ', lost: 27n }]);
    expect(isLossy).toBe(true);
  });
});

it('every sequence whose copies differ is told, however many there are', async () => {
  const messages = (which: string): { subject: string; data: string }[] =>
    Array.from({ length: 12_000 }, (_, i) => ({ subject: 'a', data: i < 1000 ? 'same' : which }));
  const [own = '', other = ''] = ['one', 'other'].map((which) =>
    writeMessages(tempFolder(), 'MANY', messages(which)),
  );
  const { loss } = await repaired(own, { from: [other] });
  expect(loss.streams.map((stream) => ({ ...stream, ranges: [...stream.ranges] }))).toMatchObject([
    { recovered: 1000n, lost: 11_000n, doubtful: 0n, ranges: [{ from: 1001n, to: 12_000n }] },
  ]);
  expect(loss.streams[0]?.disagreements).toHaveLength(10_000);
});

it('an archive with the stream in several accounts is told to be too much', async () => {
  const several = tempFolder();
  for (const account of ['A', 'B'])
    cpSync(join(CAPTURES, STREAMS), join(several, 'jetstream', account, 'streams'), { recursive: true });
  await expect(repaired(damagedOrders(), { from: [several] })).rejects.toThrow(
    'ORDERS: 2 streams ORDERS are in it, of the accounts A, B: give the folder of one',
  );
  const { isLossy } = await repaired(damagedOrders(), { from: [join(several, 'jetstream/A')] });
  expect(isLossy).toBe(false);
});

describe('what is taken from another archive is told with where it lies', () => {
  const BACKUP = '2.14.5-full/backups/$G/ORDERS';
  const FOLDER = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
  const toldPaths = async (own: string, from: string): Promise<string[]> => {
    const { loss } = await repairArchive(own, { from: [from], target: join(tempFolder(), 'out') });
    const texts = loss.notes.map(({ text }) => / is that of ([^:]+)/.exec(text)?.[1]);
    return texts.filter((path) => path !== undefined);
  };

  it.each([
    ['a stream', FOLDER, '', '/obs/DISPATCH'],
    ['a backup', BACKUP, '/stream.tar.s2', '/stream.tar.s2'],
    ['a snapshot', `${BACKUP}/stream.tar.s2`, '', ''],
  ])('%s', async (_, archive, meta, position) => {
    const own = copyOf(FOLDER);
    const other = copyOf(archive);
    writeFileSync(join(own, 'meta.inf'), 'none');
    writeFileSync(join(own, 'obs/DISPATCH/o.dat'), 'none');
    const paths = await toldPaths(own, other);
    expect(paths).toEqual([`${other}${meta}`, `${other}${position}`]);
    for (const path of paths) expect(existsSync(path)).toBe(true);
  });
});

describe('a stream that only another archive holds', () => {
  const storeOf = (...names: readonly string[]): string => {
    const store = tempFolder();
    for (const name of names)
      cpSync(join(CAPTURES, STREAMS, name), join(store, 'jetstream/$G/streams', name), { recursive: true });
    return store;
  };

  it('is told, with the archives that hold it and the command that writes it', async () => {
    const others = [storeOf('ORDERS', 'HUGESEQ'), storeOf('ORDERS', 'HUGESEQ')];
    const store = storeOf('ORDERS');
    const { loss, isLossy } = await repaired(store, { from: others });
    expect(loss.notes).toMatchObject([
      {
        code: 'STREAM_MISSING',
        account: '$G',
        stream: 'HUGESEQ',
        loss: false,
        text: `not written: nothing of it is in ${store}, but in ${others.join(', ')}: natsarc repair ${others[0]} --stream HUGESEQ --out FOLDER writes it`,
      },
    ]);
    expect(isLossy).toBe(false);
    const run = runCli(['repair', store, '--from', others[0] ?? '', '--out', join(tempFolder(), 'out')]);
    expect(run.exit).toBe(0);
    expect(run.stdout).toContain('$G/HUGESEQ:\n  not written: ');
  });

  it('is none where it was not asked for, nor one of an archive of one stream', async () => {
    const other = storeOf('ORDERS', 'HUGESEQ');
    const asked = await repaired(storeOf('ORDERS', 'WQ'), { from: [other], streams: ['ORDERS'] });
    expect(asked.loss.notes).toEqual([]);
    const alone = await repaired(ORDERS, { from: [other] });
    expect(alone.loss.notes).toEqual([]);
  });
});
