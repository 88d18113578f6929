import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { walkTar } from '../../src/container/tar/walk.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { SnapshotWriter } from '../../src/writer/snapshot-writer.ts';
import { CAPTURES, copyOf, editFile, flipBit, recordsOf } from '../support/damage.ts';
import { damagedOrders } from '../support/damaged-copies.ts';
import { unframed } from '../support/frames.ts';
import { configIn, repair, type Repaired } from '../support/repaired.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

const notesOf = ({ result }: Repaired): string[] => result.loss.notes.map(({ text }) => text);

describe('damaged records', () => {
  it('one flipped bit costs one message', async () => {
    const repaired = await repair(damagedOrders(21n), `${STREAMS}/ORDERS`);
    expect(repaired.missing).toEqual([21n]);
    expect(repaired.invented).toEqual([]);
    expect(repaired.result.isLossy).toBe(true);
    expect([...repaired.stream.ranges]).toMatchObject([
      {
        from: 21n,
        to: 21n,
        state: 'lost',
        file: 'msgs/1.blk',
        offset: 17_303,
        code: 'BLK_CHECKSUM_MISMATCH',
      },
    ]);
  });

  it('a header length that was changed is set right by the header block', async () => {
    const store = copyOf(`${STREAMS}/ORDERS`);
    const block = join(store, 'msgs/1.blk');
    const hit = recordsOf(readFileSync(block)).find(({ hasHeader, seq }) => hasHeader && seq === 3n);
    flipBit(block, (hit?.at ?? 0) + 22 + (hit?.subject ?? 0), 3);
    const repaired = await repair(store, `${STREAMS}/ORDERS`);
    expect(repaired).toMatchObject({ missing: [], invented: [] });
    expect(repaired.result.isLossy).toBe(false);
  });

  it('later records over earlier ones cost those alone', async () => {
    const store = copyOf(`${STREAMS}/ORDERS`);
    const block = join(store, 'msgs/1.blk');
    const records = recordsOf(readFileSync(block));
    const [from, to] = [records[80]?.at ?? 0, records[84]?.at ?? 0];
    const at = (records[10]?.at ?? 0) + 3;
    editFile(block, (bytes) => {
      bytes.copy(bytes, at, from, to);
      return bytes;
    });
    const end = at + to - from;
    const hit = records.filter((one) => one.at < end && one.at + one.length > at).map(({ seq }) => seq);
    expect(hit.length).toBeLessThan(20);
    const repaired = await repair(store, `${STREAMS}/ORDERS`);
    expect(repaired.invented).toEqual([]);
    expect(repaired.missing.every((seq) => hit.includes(seq))).toBe(true);
  });

  it('deleted messages stay deleted, with and without index.db', async () => {
    for (const hasIndex of [true, false]) {
      const store = copyOf(`${STREAMS}/TAILDEL`);
      if (!hasIndex) rmSync(join(store, 'msgs/index.db'));
      const block = join(store, 'msgs/1.blk');
      flipBit(block, (recordsOf(readFileSync(block))[2]?.at ?? 0) + 30);
      const repaired = await repair(store, `${STREAMS}/TAILDEL`);
      expect(repaired.invented).toEqual([]);
      expect(repaired.missing.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('blocks', () => {
  const COMPRESSED = `${STREAMS}/COMPRESSED`;
  const blockOf = (store: string, number: number): string => join(store, `msgs/${number}.blk`);

  it('exchanged blocks are read with their own numbers', async () => {
    const store = copyOf(COMPRESSED);
    const [second, fourth] = [2, 4].map((number) => readFileSync(blockOf(store, number)));
    writeFileSync(blockOf(store, 2), fourth ?? '');
    writeFileSync(blockOf(store, 4), second ?? '');
    const repaired = await repair(store, COMPRESSED);
    expect(repaired).toMatchObject({ missing: [], invented: [] });
    expect(repaired.result.isLossy).toBe(false);
    expect(notesOf(repaired)).toContain('msgs/2.blk holds the records of block 4');
  });

  it('a block that was written over another costs that one', async () => {
    const store = copyOf(COMPRESSED);
    writeFileSync(blockOf(store, 3), readFileSync(blockOf(store, 5)));
    const repaired = await repair(store, COMPRESSED);
    expect(repaired.invented).toEqual([]);
    expect(repaired.stream.lost).toBe(BigInt(repaired.missing.length));
    expect([...repaired.stream.ranges]).toMatchObject([
      {
        from: repaired.missing[0],
        to: repaired.missing.at(-1),
        file: 'msgs/3.blk',
        code: 'BLK_MISSING',
        reason: 'the block is missing',
      },
    ]);
  });

  it('a missing block costs its messages, whatever index.db is worth', async () => {
    const store = copyOf(COMPRESSED);
    rmSync(blockOf(store, 3));
    const repaired = await repair(store, COMPRESSED);
    expect(repaired.invented).toEqual([]);
    expect(repaired.stream.lost).toBe(BigInt(repaired.missing.length));
    expect(repaired.stream.doubtful).toBe(0n);
    rmSync(join(store, 'msgs/index.db'));
    const unlisted = await repair(store, COMPRESSED);
    expect(unlisted.missing).toEqual(repaired.missing);
    expect(unlisted.stream).toMatchObject({ lost: 0n, doubtful: repaired.stream.lost });
  });

  it('a first block that an old index lists may have been removed since', async () => {
    const stale = '2.14.5-crash/store/jetstream/$G/streams/STALE';
    const store = copyOf(stale);
    rmSync(blockOf(store, 1));
    const repaired = await repair(store, stale);
    expect(repaired.stream.lost).toBe(0n);
    expect(repaired.stream.doubtful).toBe(BigInt(repaired.missing.length));
    const told = [...repaired.stream.ranges].map(({ state, file }) => `${state} ${file}`);
    expect(new Set(told)).toEqual(new Set(['doubtful msgs/1.blk']));
  });

  it('a stream of which nothing is left is a loss, whatever is known of it', async () => {
    const store = copyOf(`${STREAMS}/ORDERS`);
    rmSync(join(store, 'msgs/index.db'));
    editFile(blockOf(store, 1), (bytes) => bytes.fill(0x55));
    const repaired = await repair(store, `${STREAMS}/ORDERS`);
    expect(repaired.stream).toMatchObject({ recovered: 0n, lost: 0n, deleted: 0n });
    expect(repaired.result.isLossy).toBe(true);
    expect(notesOf(repaired)[0]).toMatch(/nothing tells which messages were there$/);
  });

  it('one block alone, with the name of its folder', async () => {
    const store = copyOf(`${STREAMS}/ORDERS`);
    const repaired = await repair(blockOf(store, 1), `${STREAMS}/ORDERS`);
    expect(repaired).toMatchObject({ missing: [], invented: [] });
    expect(repaired.result.isLossy).toBe(false);
    expect(notesOf(repaired)).toEqual([expect.stringMatching(/^no configuration is left/)]);
  });
});

describe('small files', () => {
  const ORDERS = `${STREAMS}/ORDERS`;

  it('a stream without meta.inf, or with one that does not fit, is written from what is left', async () => {
    const store = copyOf(ORDERS);
    editFile(join(store, 'meta.inf'), (bytes) => Buffer.from(bytes.toString().replace('limits', 'limitz')));
    const wrong = await repair(store, ORDERS);
    expect(wrong).toMatchObject({ missing: [], invented: [], result: { isLossy: true } });
    expect(notesOf(wrong)).toEqual([
      expect.stringMatching(/^meta\.inf does not fit its sum/),
      expect.stringMatching(/^no server knows, or accepts, retention /),
    ]);
    rmSync(join(store, 'meta.inf'));
    const seen = await repair(store, ORDERS);
    expect(seen).toMatchObject({ missing: [], invented: [], result: { isLossy: true } });
    expect(notesOf(seen)).toEqual([expect.stringMatching(/^no configuration is left/)]);
    const given = await repair(store, ORDERS, {
      config: { name: 'ORDERS', subjects: ['orders.>'], storage: 'file' },
    });
    expect(given).toMatchObject({ missing: [], invented: [], result: { isLossy: false } });
  });

  it('a stream that a template made is written without it, which every server refuses', async () => {
    const store = copyOf(ORDERS);
    const config = { name: 'ORDERS', subjects: ['orders.>'], storage: 'file', template_owner: 'T' };
    const repaired = await repair(store, ORDERS, { config });
    expect(repaired.config).not.toHaveProperty('template_owner');
    expect(repaired.result.loss.notes.map(({ code }) => code)).toContain('TEMPLATE_LEFT_OUT');
  });

  it('one flipped bit of a meta.inf is set right', async () => {
    const store = copyOf(ORDERS);
    const files = [join(store, 'meta.inf'), join(store, 'obs/NEW/meta.inf')];
    const was = readFileSync(files[0] ?? '', 'utf8');
    for (const file of files) flipBit(file, 90, 1);
    const repaired = await repair(store, ORDERS);
    expect(repaired).toMatchObject({ missing: [], invented: [], result: { isLossy: false } });
    expect(notesOf(repaired)).toHaveLength(2);
    expect(repaired.config).toEqual(configIn(was));
  });

  it('one flipped bit of a meta.sum loses nothing', async () => {
    const store = copyOf(ORDERS);
    flipBit(join(store, 'meta.sum'), 4, 1);
    flipBit(join(store, 'obs/NEW/meta.sum'), 7);
    const { result, missing, invented } = await repair(store, ORDERS);
    expect([result.isLossy, missing, invented]).toEqual([false, [], []]);
    const said = 'one bit of meta.sum had flipped: set right, the two fit again';
    expect(result.loss.notes).toMatchObject([
      { code: 'META_MENDED', text: said, loss: false },
      { code: 'META_MENDED', consumer: 'NEW', text: said, loss: false },
    ]);
    editFile(join(store, 'meta.sum'), () => Buffer.from('0'.repeat(16)));
    expect((await repair(store, ORDERS)).result.loss.notes[0]).toMatchObject({
      code: 'META_SUM_MISMATCH',
      loss: true,
    });
  });

  it('meta.sum is made anew, and index.db is not needed', async () => {
    const store = copyOf(ORDERS);
    rmSync(join(store, 'meta.sum'));
    flipBit(join(store, 'msgs/index.db'), 40);
    const repaired = await repair(store, ORDERS);
    expect(repaired).toMatchObject({ missing: [], invented: [], result: { isLossy: false } });
  });

  it('one flipped bit of an .idx neither deletes a message nor brings one back that the rest of it tells of', async () => {
    const persub = '2.9.25-full/store/jetstream/$G/streams/PERSUB';
    const [from, to] = [28, readFileSync(join(CAPTURES, persub, 'msgs/1.idx')).length];
    for (let at = from; at < to; at += 2) {
      const store = copyOf(persub);
      flipBit(join(store, 'msgs/1.idx'), at, at % 7);
      const repaired = await repair(store, persub);
      expect([at, repaired.missing]).toEqual([at, []]);
      expect(repaired.invented.length).toBeLessThanOrEqual(2);
    }
  });

  it('a consumer with a broken o.dat is set back to a safe floor', async () => {
    const store = copyOf(ORDERS);
    writeFileSync(join(store, 'obs/NEW/o.dat'), 'broken');
    const repaired = await repair(store, ORDERS);
    expect(repaired.result.isLossy).toBe(true);
    expect(repaired.result.loss.notes).toMatchObject([
      { code: 'CON_STATE_CORRUPT', consumer: 'NEW', loss: true },
    ]);
    expect(notesOf(repaired)[0]).toMatch(/set back to sequence \d+/);
    expect(repaired.result.written.streams[0]?.state.consumer_count).toBe(5);
  });

  it('a snapshot that lost a position, or a whole consumer, says so', async () => {
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    const without = async (dropped: RegExp): Promise<Repaired> => {
      const snapshot = join(backup, 'stream.tar.s2');
      const tar = unframed(readFileSync(snapshot));
      const chunks: Uint8Array[] = [];
      const writer = new SnapshotWriter((bytes) => chunks.push(bytes.slice()));
      for (const { path, offsetBytes, sizeBytes } of walkTar(new MemorySource(tar)).entries)
        if (!dropped.test(path)) writer.addFile(path, tar.subarray(offsetBytes, offsetBytes + sizeBytes));
      writer.end();
      writeFileSync(snapshot, Buffer.concat(chunks));
      return repair(backup, ORDERS);
    };
    const reset = await without(/^obs\/NEW\/o\.dat$/);
    expect(reset.result.loss.notes).toMatchObject([
      { code: 'CON_STATE_MISSING', consumer: 'NEW', loss: true },
    ]);
    const dropped = await without(/^obs\/NEW\//);
    // The snapshot itself is sound: it may never have held the fifth.
    expect(dropped.result.loss.notes).toMatchObject([{ code: 'DECL_CONSUMERS_FEWER', loss: false }]);
    editFile(join(backup, 'stream.tar.s2'), (bytes) => bytes.subarray(0, bytes.length - 40));
    const cut = await repair(backup, ORDERS);
    expect(cut.result.loss.notes.find(({ code }) => code === 'DECL_CONSUMERS_FEWER')?.loss).toBe(true);
  });
});
