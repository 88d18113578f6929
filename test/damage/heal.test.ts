import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/codec/highwayhash.ts';
import { parseConsumerState } from '../../src/format/consumer-state/parse.ts';
import { writeConsumerState } from '../../src/format/consumer-state/write.ts';
import { highwayHash64 } from '../../src/kernels/index.ts';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import type { RepairOptions, RepairResult } from '../../src/operation/repair/types.ts';
import { captures } from '../support/captures.ts';
import { CAPTURES, copyOf, editFile, flipBit, recordsOf, tempFolder, treeSum } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { Random } from '../support/random.ts';
import { isThere } from '../support/needed.ts';

const STORE = '2.14.5-full/store/jetstream/$G/streams';
const ORDERS = `${STORE}/ORDERS`;

async function heal(
  archives: readonly string[],
  options: Partial<RepairOptions> = {},
): Promise<{
  readonly result: RepairResult;
  readonly messages: Map<bigint, string>;
  readonly target: string;
}> {
  const [own = '', ...from] = archives;
  const target = join(tempFolder(), 'out');
  const before = archives.map(treeSum);
  const result = await repairArchive(own, { ...options, from, target });
  expect(archives.map(treeSum)).toEqual(before);
  return { result, messages: await messageList(target), target };
}

/** Flips a bit somewhere in every record whose place is `turn` of `turns`. */
function damageEvery(block: string, turn: number, turns: number, random: Random): void {
  recordsOf(readFileSync(block)).forEach(({ at, length }, i) => {
    if (i % turns === turn) flipBit(block, at + random.below(length), random.below(8));
  });
}

describe('heal', () => {
  it.each(Array.from({ length: 30 }, (_, i) => i + 1))(
    'three copies damaged in different places give the original, seed %i',
    async (seed) => {
      const random = new Random(seed);
      const original = await messageList(join(CAPTURES, ORDERS));
      const copies = [0, 1, 2].map((turn) => {
        const copy = copyOf(ORDERS);
        if (turn > 0) rmSync(join(copy, 'msgs/index.db'));
        damageEvery(join(copy, 'msgs/1.blk'), turn, 3, random);
        return copy;
      });
      const { result, messages } = await heal(copies);
      expect([...messages]).toEqual([...original]);
      expect(result.loss.streams[0]?.lost).toBe(0n);
      // A length outside the checksum was hit: two copies of three agree.
      expect(result.loss.streams[0]?.disagreements.every(({ chosen }) => chosen !== null)).toBe(true);
      expect(result.isLossy).toBe(false);
    },
  );

  const cluster = captures().find(({ id }) => id === '2.14.5/cluster3');
  it.runIf(isThere(cluster !== undefined, 'replicas of a cluster'))(
    'replicas of a cluster heal each other',
    async () => {
      const random = new Random(9);
      const nodes = ['n1', 'n2', 'n3'].map((node) =>
        join(cluster?.folder ?? '', `store/${node}/jetstream/$G/streams/ORDERS`),
      );
      const original = await messageList(nodes[0] ?? '');
      const copies = nodes.map((node, turn) => {
        const copy = copyOf(node);
        damageEvery(join(copy, 'msgs/1.blk'), turn, 3, random);
        return copy;
      });
      const { result, messages } = await heal(copies);
      expect([...messages]).toEqual([...original]);
      expect(result.isLossy).toBe(false);
    },
  );

  it('intact copies that differ are told with every side, and none is chosen unless asked', async () => {
    const [own, other] = [copyOf(ORDERS), copyOf(ORDERS)];
    const block = join(other, 'msgs/1.blk');
    const hit = recordsOf(readFileSync(block)).find(({ seq }) => seq === 50n);
    const [at, length] = [hit?.at ?? 0, hit?.length ?? 0];
    editFile(block, (bytes) => {
      const end = at + length - 8;
      bytes[end - 1] = (bytes[end - 1] ?? 0) ^ 1;
      const subjectEnd = at + 22 + (hit?.subject ?? 0);
      const bodyAt = hit?.hasHeader === true ? subjectEnd + 4 : subjectEnd;
      const hashed = [
        bytes.subarray(at + 4, at + 20),
        bytes.subarray(at + 22, subjectEnd),
        bytes.subarray(bodyAt, end),
      ];
      bytes.set(highwayHash64(hashKey('ORDERS-1'), Buffer.concat(hashed)), end);
      return bytes;
    });
    const open = await heal([own, other]);
    expect(open.messages.has(50n)).toBe(false);
    expect(open.result.isLossy).toBe(true);
    const [loss] = open.result.loss.streams;
    expect([...(loss?.ranges ?? [])]).toMatchObject([{ from: 50n, to: 50n, reason: 'intact copies differ' }]);
    expect(loss).toMatchObject({
      lost: 1n,
      disagreements: [{ seq: 50n, chosen: null, copies: [{ source: 0 }, { source: 1 }] }],
    });
    for (const [prefer, archive] of [own, other].entries()) {
      const { messages, result } = await heal([own, other], { prefer });
      expect([...messages]).toEqual([...(await messageList(archive))]);
      expect(result.loss.streams[0]).toMatchObject({
        lost: 0n,
        disagreements: [{ seq: 50n, chosen: prefer }],
      });
    }
  });

  it('a repaired archive knows what it lost, and is healed later', async () => {
    const damaged = copyOf(ORDERS);
    const block = join(damaged, 'msgs/1.blk');
    damageEvery(block, 3, 40, new Random(1));
    const first = await heal([damaged]);
    expect(first.result.loss.streams[0]?.lost).toBeGreaterThan(2n);
    const { result, messages } = await heal([first.target, join(CAPTURES, ORDERS)]);
    expect([...messages]).toEqual([...(await messageList(join(CAPTURES, ORDERS)))]);
    expect(result.isLossy).toBe(false);
  });

  it('an archive without its data is made anew from another', async () => {
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    rmSync(join(backup, 'stream.tar.s2'));
    const { result, messages } = await heal([backup, join(CAPTURES, ORDERS)]);
    expect([...messages]).toEqual([...(await messageList(join(CAPTURES, ORDERS)))]);
    expect(result.isLossy).toBe(false);
  });

  it('what was deleted since an older backup stays deleted', async () => {
    const older = copyOf(ORDERS);
    rmSync(join(older, 'msgs/index.db'));
    editFile(join(older, 'msgs/1.blk'), (bytes) => bytes.subarray(0, recordsOf(bytes)[60]?.at));
    const { result, messages } = await heal([copyOf(ORDERS), older]);
    expect([...messages]).toEqual([...(await messageList(join(CAPTURES, ORDERS)))]);
    expect(result.isLossy).toBe(false);
  });
});

describe('undelete', () => {
  it('brings back the messages whose bytes are there', async () => {
    const store = copyOf(ORDERS);
    const present = recordsOf(readFileSync(join(store, 'msgs/1.blk'))).filter(({ seq }) => seq >> 62n === 0n);
    const { messages, result } = await heal([store], { undelete: true });
    expect([...messages.keys()]).toEqual(present.map(({ seq }) => seq));
    expect(present.length).toBeGreaterThan((await messageList(store)).size);
    expect(result.isLossy).toBe(false);
  });
});

describe('consumers are those of the archive that is repaired', () => {
  /** A copy whose consumer LOG was delivered less: as it was before. */
  function older(): string {
    const copy = copyOf(ORDERS);
    editFile(join(copy, 'obs/LOG/o.dat'), (bytes) => {
      const parsed = parseConsumerState(bytes);
      if (!parsed.ok) throw new Error('no state');
      const position = { consumerSeq: 100n, streamSeq: 100n };
      return writeConsumerState({ ...parsed.value, delivered: position, ackFloor: position });
    });
    return copy;
  }

  async function positionIn(target: string): Promise<unknown> {
    const { accounts } = await inspectArchive(target);
    return accounts[0]?.streams[0]?.consumers.find(({ name }) => name === 'LOG')?.delivered?.stream_seq;
  }

  it('one that another archive has further ahead keeps its position, and a note says so', async () => {
    const { result, target } = await heal([older(), copyOf(ORDERS)]);
    expect(await positionIn(target)).toBe(100n);
    expect(result.isLossy).toBe(false);
    expect(result.loss.notes).toMatchObject([{ code: 'CON_BEHIND_OTHER', consumer: 'LOG', loss: false }]);
    expect(result.loss.notes[0]?.text).toMatch(/delivered up to sequence 100; .*LOG has it at 172:/);
  });

  it('the newer archive healed with the older one has the newer position, and nothing to say', async () => {
    const { result, target } = await heal([copyOf(ORDERS), older()]);
    expect(await positionIn(target)).toBe(172n);
    expect(result.loss.notes).toEqual([]);
  });
});
