import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { walkTar } from '../../src/container/tar/walk.ts';
import { sliceArchive } from '../../src/operation/slice/run.ts';
import type { SliceOptions } from '../../src/operation/slice/types.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { CAPTURES, copyOf, editFile, tempFolder } from '../support/damage.ts';
import { backupDeclaring } from '../support/damaged-copies.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { messageList } from '../support/message-list.ts';
import { repair, type Repaired } from '../support/repaired.ts';

const V1 = '2.14.5-full/backups/$G/ORDERS';
const V2 = '2.15.2-full/backups/$G/ORDERS';
/** All below is gone from the later archive, as of a purge. */
const FIRST = 60n;
const CHUNK_BYTES = 2048;

/** The stream as it was later: some of the messages of a capture are gone. */
async function later(capture: string, options: Partial<SliceOptions> = {}): Promise<string> {
  const target = join(tempFolder(), 'ORDERS');
  await sliceArchive(join(CAPTURES, capture), { minSeq: FIRST, ...options, target });
  return target;
}

/** A copy of which chunks are damaged, each one of so many. */
function hitIn(backup: string, ...places: ((chunks: number) => number)[]): string {
  const copy = join(tempFolder(), 'hit');
  cpSync(backup, copy, { recursive: true });
  editFile(join(copy, 'stream.tar.s2'), (bytes) => {
    const chunks = framed(unframed(bytes), CHUNK_BYTES);
    const offsets = chunkOffsets(chunks);
    for (const place of places) {
      const at = (offsets[place(offsets.length)] ?? 0) + 20;
      chunks[at] = (chunks[at] ?? 0) ^ 0xff;
    }
    return chunks;
  });
  return copy;
}

const MIDDLE = (chunks: number): number => Math.floor(chunks / 2);

/** Its index.db does not fit its sum any more. */
function withoutIndex(backup: string): string {
  editFile(join(backup, 'stream.tar.s2'), (bytes) => {
    const tar = unframed(bytes);
    const index = walkTar(new MemorySource(tar)).entries.find(({ path }) => path === 'msgs/index.db');
    const at = (index?.offsetBytes ?? 0) + 8;
    tar[at] = (tar[at] ?? 0) ^ 0xff;
    return framed(tar);
  });
  return backup;
}

async function healed(own: string, whole: string, older: string): Promise<Repaired> {
  return repair(own, whole, { from: [join(CAPTURES, older)] });
}

describe('an older archive does not bring back', () => {
  it('what lies before a V2 archive that is whole', async () => {
    const own = await later(V2);
    const { missing, invented, stream } = await healed(own, own, V2);
    expect([missing, invented]).toEqual([[], []]);
    expect(stream).toMatchObject({ first_seq: FIRST, lost: 0n, others: [{ used: true, recovered: 0n }] });
  });

  it('what lies between messages of a V2 archive', async () => {
    const own = await later(V2, { subjects: ['orders.paid.>'] });
    const { missing, invented, stream } = await healed(own, own, V2);
    expect([missing, invented]).toEqual([[], []]);
    expect(stream.others).toMatchObject([{ used: true, recovered: 0n }]);
  });

  it.each([
    ['in the middle', MIDDLE],
    ['at the start', () => 4],
  ])('what lies before a V2 archive that is damaged %s', async (_, which) => {
    const whole = await later(V2);
    const own = hitIn(whole, which);
    const alone = await repair(own, whole);
    expect(alone.stream.lost).toBeGreaterThan(0n);
    const { missing, invented, stream } = await healed(own, whole, V2);
    expect([missing, invented]).toEqual([[], []]);
    expect(stream).toMatchObject({ first_seq: FIRST, lost: 0n, others: [{ recovered: alone.stream.lost }] });
  });

  it('what lies before a V1 backup whose index.db is damaged', async () => {
    const whole = await later(V1);
    const own = join(tempFolder(), 'ORDERS');
    cpSync(whole, own, { recursive: true });
    const { missing, invented, stream } = await healed(withoutIndex(own), whole, V1);
    expect([missing, invented]).toEqual([[], []]);
    expect(stream).toMatchObject({ first_seq: FIRST, lost: 0n, others: [{ used: true, recovered: 0n }] });
  });

  it('anything but what --undelete asks for', async () => {
    const own = await later(V2);
    const from = [join(CAPTURES, V2)];
    const { missing, invented } = await repair(own, V2, { from, undelete: true });
    expect([missing, invented]).toEqual([[], []]);
  });
});

describe('what an older archive gave takes nothing off a loss', () => {
  it('that it cannot heal', async () => {
    const whole = await later(V2);
    const own = hitIn(whole, (chunks) => chunks - 1);
    const old = join(tempFolder(), 'ORDERS');
    await sliceArchive(join(CAPTURES, V2), { maxSeq: 100n, target: old });
    const alone = await repair(own, whole);
    expect(alone.stream.lost).toBeGreaterThan(0n);
    const { invented, stream } = await repair(own, whole, { from: [old] });
    expect(invented).toEqual([]);
    expect(stream).toMatchObject({ first_seq: FIRST, lost: alone.stream.lost });
  });

  it('though it gives deleted messages too', async () => {
    const kept = [
      'cancelled',
      'created',
      'held',
      'refunded',
      'paid',
      'released',
      'returned',
      'reviewed',
      'shipped',
    ];
    const whole = await later(V2, { subjects: kept.map((state) => `orders.${state}.>`) });
    const third = (chunks: number): number => Math.floor(chunks / 3);
    const nearEnd = (chunks: number): number => chunks - 2;
    const old = join(tempFolder(), 'ORDERS');
    await sliceArchive(join(CAPTURES, V2), { maxSeq: 130n, target: old });
    const alone = await repair(hitIn(whole, nearEnd), whole);
    const { invented, stream } = await repair(hitIn(whole, third, MIDDLE, nearEnd), whole, { from: [old] });
    expect(invented.length).toBeGreaterThan(0);
    expect(stream.lost).toBeGreaterThanOrEqual(alone.stream.lost);
  });

  it('and a note says where the count tells that some of it had been deleted', async () => {
    const whole = await later(V2, { subjects: ['orders.paid.>'] });
    const own = hitIn(whole, MIDDLE);
    const alone = await repair(own, whole);
    const { missing, invented, stream, result } = await healed(own, whole, V2);
    expect(missing).toEqual([]);
    expect(invented.length).toBeGreaterThan(0);
    expect(stream.others).toMatchObject([{ recovered: alone.stream.lost + BigInt(invented.length) }]);
    const count = (await messageList(whole)).size;
    const text = `the archive counts ${count} messages, ${count + invented.length} are here: at least ${invented.length} that were taken from older archives had been deleted, and nothing tells which`;
    expect(result.loss.notes).toMatchObject([{ code: 'DELETES_UNKNOWN', text, loss: false }]);
  });
});

describe('backup.json proves deleted what lies below its first sequence', () => {
  it('where index.db is gone', async () => {
    const own = withoutIndex(copyOf(V1));
    cpSync(join(await later(V1), 'backup.json'), join(own, 'backup.json'));
    const { stream, invented, missing } = await repair(own, V1);
    expect(invented).toEqual([]);
    expect(missing.every((seq) => seq < FIRST)).toBe(true);
    expect(stream.first_seq).toBe(FIRST);
  });

  it.each([
    [
      'the time of the first message is another',
      { first_seq: Number(FIRST), first_ts: '2020-01-01T00:00:00Z' },
    ],
    ['all messages lie before it', { first_seq: 5000, last_seq: 5100, first_ts: '2030-01-01T00:00:00Z' }],
  ])('but not where %s', async (_, state) => {
    const own = backupDeclaring(withoutIndex(copyOf(V1)), { state });
    const { missing, invented } = await repair(own, V1);
    expect([missing, invented]).toEqual([[], []]);
  });
});
