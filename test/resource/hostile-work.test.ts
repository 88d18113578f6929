import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Entry, FileStreamParts } from '../../src/container/entry.ts';
import { SequenceParts } from '../../src/core/sequence-parts.ts';
import type * as Checksum from '../../src/format/block/checksum.ts';
import type { ConsumerArchive, StreamArchive } from '../../src/model/stream-archive.ts';
import { startedConsumers } from '../../src/operation/predict/consumers/consumers.ts';
import { SERVER_RULES } from '../../src/operation/predict/rules/server-rules.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { CAPTURES, editFile, recordsOf, tempFolder } from '../support/damage.ts';
import { framed, unframed } from '../support/frames.ts';
import { writeBlocks, type SyntheticBlock } from '../support/synthetic-stream.ts';
import { v2Bytes } from '../unit/kernels/v2-messages.ts';

// Work is counted, not timed: of twice as much to do it may be little more than twice as much.
const MOST_GROWTH = 2.3;
const work = vi.hoisted(() => ({ triedKeys: 0 }));

vi.mock('../../src/format/block/checksum.ts', async (original) => {
  const { checksumFits } = await original<typeof Checksum>();
  return {
    checksumFits: (record: Buffer, keyString: string): boolean => {
      work.triedKeys++;
      return checksumFits(record, keyString);
    },
  };
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('whose blocks are these', () => {
  const block = (number: number, place: number): SyntheticBlock => ({
    number,
    messages: [1, 2].map((nth) => ({
      seq: BigInt(2 * place + nth),
      timeNs: 1_700_000_000_000_000_000n,
      subject: 'some.subject',
      header: '',
      data: 'some 20 bytes a piece',
    })),
  });

  /** Blocks that were written with these numbers, each under another of them. */
  function exchanged(numbers: readonly number[]): string {
    const folder = writeBlocks(
      tempFolder(),
      'MANY',
      numbers.map((number) => block(number, number)),
    );
    const files = numbers.map((number) => readFileSync(join(folder, `msgs/${number}.blk`)));
    const rising = numbers.toSorted((a, b) => a - b);
    for (const [at, number] of rising.entries())
      writeFileSync(join(folder, `msgs/${number}.blk`), files[at] ?? '');
    return folder;
  }

  function mixed(count: number): number[] {
    return upTo(count).toSorted((a, b) => ((a * 7919) % count) - ((b * 7919) % count));
  }

  it.each<[string, (count: number) => number[]]>([
    ['turned around', (count) => upTo(count).toReversed()],
    ['mixed', mixed],
  ])('%s: each is found, with few tries', async (_, numbersOf) => {
    const tries: number[] = [];
    for (const count of [750, 1500]) {
      const numbers = numbersOf(count);
      work.triedKeys = 0;
      const { findings } = await verifyArchive(exchanged(numbers), { jobs: 1 });
      tries.push(work.triedKeys);
      const swapped = findings.filter(({ code }) => code === 'BLK_SWAPPED');
      const wrong = swapped.filter(
        ({ data }) => numbers[Number(data?.['block']) - 1] !== data?.['belongs_to'],
      );
      expect(wrong).toEqual([]);
      expect(swapped.length).toBe(numbers.filter((number, at) => number !== at + 1).length);
    }
    expect(tries[1]).toBeLessThan(MOST_GROWTH * (tries[0] ?? 0));
    expect(tries[1]).toBeLessThan(20 * 1500);
  });

  it('of another stream, all of them: tries grow with the blocks, once a fixed number is spent', async () => {
    const capture = readFileSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/ORDERS/msgs/1.blk'));
    const [, , third] = recordsOf(capture);
    const tries: number[] = [];
    for (const count of [1500, 3000]) {
      const folder = writeBlocks(
        tempFolder(),
        'MANY',
        upTo(count).map((number) => block(number, number)),
      );
      for (const number of upTo(count))
        editFile(join(folder, `msgs/${number}.blk`), () => capture.subarray(0, third?.at));
      work.triedKeys = 0;
      const { findings } = await verifyArchive(folder, { jobs: 1 });
      tries.push(work.triedKeys);
      expect(findings.filter(({ code }) => code === 'BLK_FOREIGN').length).toBe(count);
    }
    // verify and its count of losses search for themselves.
    expect(tries[1]).toBeLessThan(2 * (250_000 + 130 * 3000));
    expect(tries[1]).toBeLessThan(MOST_GROWTH * (tries[0] ?? 0));
  });
});

it('entries that are damaged all over a V2 archive are joined in time that grows with their number', async () => {
  const backup = join(CAPTURES, '2.15.2-full/backups/$G/ORDERS');
  const archive = unframed(readFileSync(join(backup, 'stream.tar.s2')));
  const END_BYTES = 5;
  const asked: number[] = [];
  for (const count of [4000, 8000]) {
    const folder = join(tempFolder(), 'ORDERS');
    cpSync(backup, folder, { recursive: true });
    const messages = upTo(count).map((number): Buffer => {
      const timeWord = 2n * 1_790_000_000_000_000_000n;
      const message: Parameters<typeof v2Bytes>[0][number] = [
        1n,
        Buffer.from('orders.late'),
        Buffer.alloc(0),
        Buffer.from('some bytes'),
        timeWord,
      ];
      const bytes = Buffer.from(v2Bytes([message], BigInt(1000 + number)));
      return number % 8 === 0 ? bytes.fill(0xff, 0, 5) : bytes;
    });
    const body = Buffer.concat([archive.subarray(0, -END_BYTES), ...messages, archive.subarray(-END_BYTES)]);
    writeFileSync(join(folder, 'stream.tar.s2'), framed(body));
    const windows = vi.spyOn(SequenceParts.prototype, 'windowEnd');
    const { loss } = await repairArchive(folder, { target: join(tempFolder(), 'out'), jobs: 1 });
    asked.push(windows.mock.calls.length);
    windows.mockRestore();
    expect(Number(loss.streams[0]?.recovered)).toBeGreaterThan(0.8 * count);
  }
  expect(asked[1]).toBeLessThan(MOST_GROWTH * (asked[0] ?? 0));
});

it('predictions look at each consumer, and at each of its files, a few times', () => {
  const looks = [1000, 2000].map((count) => {
    let looked = 0;
    const named = <T extends object>(one: T, field: string, value: string): T =>
      Object.defineProperty(one, field, { enumerable: true, get: () => (looked++, value) });
    const consumers = upTo(count).map((number) =>
      named({ config: number % 2 === 0 ? {} : null } as ConsumerArchive, 'name', `C${number}`),
    );
    const entries = upTo(count).flatMap((number) =>
      ['meta.inf', 'meta.sum', 'o.dat'].map((file) =>
        named(
          { open: () => new MemorySource(new Uint8Array(0)) } as unknown as Entry,
          'path',
          `obs/C${number}/${file}`,
        ),
      ),
    );
    const archive = { consumers, config: {} } as unknown as StreamArchive;
    const parts = { entries, foldersAsFiles: [], emptyFolders: [] } as unknown as FileStreamParts;
    for (const rules of SERVER_RULES) startedConsumers(archive, parts, rules);
    return looked;
  });
  expect(looks[1]).toBeLessThan(MOST_GROWTH * (looks[0] ?? 0));
});

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
