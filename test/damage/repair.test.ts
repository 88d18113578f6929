import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, editFile, flipBit, recordsOf } from '../support/damage.ts';
import { configIn, repair, type Repaired } from '../support/repaired.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

const notesOf = ({ result }: Repaired): string[] => result.loss.notes.map(({ text }) => text);

describe('damaged records', () => {
  it('one flipped bit costs one message', async () => {
    const store = copyOf(`${STREAMS}/ORDERS`);
    const block = join(store, 'msgs/1.blk');
    const hit = recordsOf(readFileSync(block))[20];
    flipBit(block, (hit?.at ?? 0) + 40);
    const repaired = await repair(store, `${STREAMS}/ORDERS`);
    expect(repaired.missing).toEqual([hit?.seq]);
    expect(repaired.invented).toEqual([]);
    expect(repaired.result.isLossy).toBe(true);
    expect(repaired.stream.ranges).toMatchObject([
      { from: hit?.seq, to: hit?.seq, state: 'lost', file: 'msgs/1.blk', offset: hit?.at },
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
    editFile(block, (bytes) => {
      bytes.copy(bytes, 8192, 40960, 40960 + 4096);
      return bytes;
    });
    const hit = records
      .filter(({ at, length }) => at < 8192 + 4096 && at + length > 8192)
      .map(({ seq }) => seq);
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
    expect(repaired.stream.ranges).toMatchObject([
      {
        from: repaired.missing[0],
        to: repaired.missing.at(-1),
        file: 'msgs/3.blk',
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
    expect(notesOf(wrong)).toEqual([expect.stringMatching(/^meta\.inf does not fit its sum/)]);
    rmSync(join(store, 'meta.inf'));
    const seen = await repair(store, ORDERS);
    expect(seen).toMatchObject({ missing: [], invented: [], result: { isLossy: true } });
    expect(notesOf(seen)).toEqual([expect.stringMatching(/^no configuration is left/)]);
    const given = await repair(store, ORDERS, {
      config: { name: 'ORDERS', subjects: ['orders.>'], storage: 'file' },
    });
    expect(given).toMatchObject({ missing: [], invented: [], result: { isLossy: false } });
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

  it('meta.sum is made anew, and index.db is not needed', async () => {
    const store = copyOf(ORDERS);
    rmSync(join(store, 'meta.sum'));
    flipBit(join(store, 'msgs/index.db'), 40);
    const repaired = await repair(store, ORDERS);
    expect(repaired).toMatchObject({ missing: [], invented: [], result: { isLossy: false } });
  });

  it('a consumer with a broken o.dat is set back to a safe floor', async () => {
    const store = copyOf(ORDERS);
    writeFileSync(join(store, 'obs/NEW/o.dat'), 'broken');
    const repaired = await repair(store, ORDERS);
    expect(repaired.result.isLossy).toBe(true);
    expect(repaired.result.loss.notes).toMatchObject([{ consumer: 'NEW', loss: true }]);
    expect(notesOf(repaired)[0]).toMatch(/set back to sequence \d+/);
    expect(repaired.result.written.streams[0]?.state.consumer_count).toBe(5);
  });
});
