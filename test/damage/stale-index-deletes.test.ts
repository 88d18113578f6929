import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIndex } from '../../src/format/index/parse.ts';
import { writeIndex } from '../../src/format/index/write.ts';
import type { StreamIndex } from '../../src/format/index/types.ts';
import type { CatResult } from '../../src/operation/cat/types.ts';
import { exportStream } from '../../src/operation/export/run.ts';
import { extractIntoDataDir } from '../../src/operation/extract/run.ts';
import { catKeyValues } from '../../src/operation/kv/run.ts';
import { preflightStore } from '../../src/operation/preflight/run.ts';
import { sliceArchive } from '../../src/operation/slice/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import { renameStream } from '../../src/operation/rename/run.ts';
import type { OutputForm, PlanReport, WrittenReport } from '../../src/operation/write/types.ts';
import { packRanges } from '../../src/core/packed-ranges.ts';
import { oneRange } from '../../src/core/sequence-ranges.ts';
import { CAPTURES, copyOf, editFile, recordsOf, tempFolder } from '../support/damage.ts';
import { withoutTombstones } from '../support/damaged-copies.ts';
import { messageList } from '../support/message-list.ts';
import { repair } from '../support/repaired.ts';
import { writeBlocks, type SyntheticMessage } from '../support/synthetic-stream.ts';
import { storedSequences } from '../support/message-list.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';
/** Streams whose deletes stand, as tombstones, behind their last message. */
const DELETED_FROM = ['ORDERS', 'PURGEPART', 'TAILDEL', 'WQ'];

const original = async (name: string): Promise<Map<bigint, string>> =>
  messageList(join(CAPTURES, STREAMS, name));

const codesOf = ({ notes }: CatResult): string[] => notes.map(({ code }) => code);

describe.each(DELETED_FROM)('%s, whose tombstones were cut off behind a whole index.db', (name) => {
  it('a server has the deleted messages again; what is left out is told', async () => {
    const stream = withoutTombstones(name);
    const was = await original(name);
    const report = await verifyArchive(stream);
    expect(report.streams[0]?.actual?.messages).toBe(BigInt(was.size));
    const served = report.streams[0]?.predictions.map(({ messages }) => messages) ?? [];
    const held = recordsOf(readFileSync(join(stream, 'msgs/1.blk'))).filter(({ seq }) => seq >> 62n === 0n);
    expect(Math.max(...served.map(Number))).toBe(held.length);
    expect(held.length).toBeGreaterThan(was.size);
  });

  it('preflight warns of how many a start brings back', async () => {
    const stream = withoutTombstones(name);
    const was = await original(name);
    for (const serverVersion of ['2.10', '2.15']) {
      const { status, streams } = await preflightStore(stream, { serverVersion });
      const [told] = streams;
      const step = told?.steps.find((one) => one.do === 'revive-messages');
      expect(step).toMatchObject({
        severity: 'warning',
        messages: (told?.messages ?? 0n) - BigInt(was.size),
      });
      expect(status).not.toBe('OK');
    }
  });

  it('cat and export leave them out, and say so', async () => {
    const stream = withoutTombstones(name);
    const was = await original(name);
    const { seqs, ...result } = await storedSequences(stream);
    expect(seqs).toEqual([...was.keys()]);
    expect(codesOf(result)).toEqual(['DELETES_PROVEN', 'DELETES_UNKNOWN']);
    let exported = 0n;
    const whole = await exportStream(
      stream,
      {},
      {
        begin: async ({ state }) => {
          exported = BigInt(state?.messages ?? -1);
        },
        messages: () => {},
      },
    );
    expect(whole.messages).toBe(was.size);
    expect(exported).toBe(BigInt(was.size));
    expect(codesOf(whole)).toEqual(['DELETES_PROVEN', 'DELETES_UNKNOWN']);
  });

  const writers: [string, (path: string, target: string) => Promise<WrittenReport | PlanReport>][] = [
    ...(['v1', 'v2', 'store'] satisfies OutputForm[]).map((to): [string, (typeof writers)[number][1]] => [
      `convert --to ${to}`,
      async (path, target) => convertArchive(path, { target, to }),
    ]),
    ['slice', async (path, target) => sliceArchive(path, { target, to: 'v1' })],
    ['rewrite-stream-name', async (path, target) => renameStream(path, { target, as: 'COPY' })],
    [
      'extract-into-data-dir',
      async (path, target) => {
        mkdirSync(target);
        return extractIntoDataDir(path, target, { newAccount: true });
      },
    ],
  ];
  it.each(writers)('%s leaves them out, and says so', async (_, write) => {
    const target = join(tempFolder(), 'COPY');
    const report = await write(withoutTombstones(name), target);
    expect(await messageList(target)).toEqual(await original(name));
    expect(report.notes.filter((note) => note.includes('DELETES_'))).toHaveLength(2);
    expect(report.lost_messages).toBe(0n);
  });

  it('repair leaves them out, and says what it cannot know', async () => {
    const stream = withoutTombstones(name);
    const { result, missing, invented } = await repair(stream, join(CAPTURES, STREAMS, name));
    expect({ missing, invented, isLossy: result.isLossy }).toEqual({
      missing: [],
      invented: [],
      isLossy: false,
    });
    expect(result.loss.notes.map(({ code }) => code)).toEqual(['DELETES_UNKNOWN']);
  });
});

it('a KV bucket does not show a revision that an old index.db proves deleted', async () => {
  const bucket = copyOf(`${STREAMS}/KV_settings`);
  const [was, is]: bigint[][] = [[], []];
  const take =
    (into: bigint[]) =>
    async (entries: readonly { readonly revision: bigint }[]): Promise<void> => {
      for (const { revision } of entries) into.push(revision);
    };
  await catKeyValues(join(CAPTURES, STREAMS, 'KV_settings'), { history: true }, take(was!));
  editFile(join(bucket, 'msgs/1.blk'), (bytes) => bytes.subarray(0, -3));
  const { notes } = await catKeyValues(bucket, { history: true }, take(is!));
  expect(is).toEqual(was!.filter((seq) => is!.includes(seq)));
  expect(notes.map(({ code }) => code)).toContain('DELETES_UNKNOWN');
});

it('preflight says nothing of it where a server takes index.db, or finds the same in the blocks', async () => {
  for (const serverVersion of ['2.10', '2.14']) {
    const { status, streams } = await preflightStore(join(CAPTURES, '2.14.5-full/store'), { serverVersion });
    expect(streams.flatMap(({ steps }) => steps).filter((step) => step.do === 'revive-messages')).toEqual([]);
    expect(status).toBe('OK');
  }
  // Tombstones tell 2.9 nothing.
  const { streams } = await preflightStore(join(CAPTURES, STREAMS, 'TAILDEL'), { serverVersion: '2.9' });
  expect(streams[0]?.steps).toContainEqual(
    expect.objectContaining({ do: 'revive-messages', severity: 'warning', messages: 2n }),
  );
});

describe('an index.db that proves nothing', () => {
  it('of a stream of the same name that another server had', async () => {
    const stream = withoutTombstones('WQ');
    const other = readFileSync(join(CAPTURES, '2.15.2-full/store/jetstream/$G/streams/WQ/msgs/index.db'));
    writeFileSync(join(stream, 'msgs/index.db'), other);
    const { seqs, ...result } = await storedSequences(stream);
    expect(seqs).toHaveLength(62);
    const { streams } = await preflightStore(stream);
    const told = streams[0]?.steps.filter((step) => step.do === 'revive-messages');
    expect(told).toMatchObject([
      { messages: 35n, severity: 'warning', reason: expect.stringMatching(/^up to as many: an index.db of/) },
    ]);
    expect(codesOf(result)).toContain('DELETES_UNKNOWN');
    expect(codesOf(result)).not.toContain('DELETES_PROVEN');
    const { loss } = (await repair(stream, `${STREAMS}/WQ`)).result;
    expect(loss.notes.map(({ code }) => code)).toContain('INDEX_FOREIGN');
  });

  it('of another name: its sum does not fit', async () => {
    const stream = withoutTombstones('WQ');
    const other = readFileSync(join(CAPTURES, STREAMS, 'ORDERS/msgs/index.db'));
    writeFileSync(join(stream, 'msgs/index.db'), other);
    const { seqs, ...result } = await storedSequences(stream);
    expect(seqs).toHaveLength(62);
    // Consumers are past 15 of them: that proves nothing, since what was delivered too often stays.
    expect(codesOf(result)).toEqual(['DELETES_UNKNOWN']);
    expect(result.notes[0]?.text).toContain('35 messages are here for which no consumer waits');
  });
});

/** Messages of one subject, a second apart from `firstTimeNs` on. */
function messages(from: bigint, to: bigint, firstTimeNs: bigint): SyntheticMessage[] {
  const count = Number(to - from + 1n);
  return Array.from({ length: count }, (_, i) => ({
    seq: from + BigInt(i),
    timeNs: firstTimeNs + BigInt(i) * 1_000_000_000n,
    subject: 'a',
    header: '',
    data: `message ${i}`,
  }));
}

const BEGUN_NS = 1_700_000_000_000_000_000n;
const SECOND_NS = 1_000_000_000n;

/** What a server would have written beside messages 1 to `last` a second apart, of which some were deleted. */
function indexOf(last: bigint, [from, to]: readonly [bigint, bigint]): StreamIndex {
  const parsed = parseIndex(readFileSync(join(CAPTURES, STREAMS, 'WQ/msgs/index.db')));
  if (!parsed.ok) throw new Error('the index cannot be read');
  const times = { firstTimeNs: BEGUN_NS, lastTimeNs: BEGUN_NS + (last - 1n) * SECOND_NS };
  const numDeleted = to - from + 1n;
  return {
    ...parsed.value,
    ...times,
    messages: last - numDeleted,
    bytes: 100n,
    firstSeq: 1n,
    lastSeq: last,
    numSubjects: 1,
    subjects: () => [{ subject: Buffer.from('a'), messages: last - numDeleted, firstBlock: 1, lastBlock: 1 }],
    lastBlockIndex: 1,
    blocks: [
      {
        ...times,
        index: 1,
        bytes: 100n,
        firstSeq: 1n,
        lastSeq: last,
        numDeleted,
        ttls: 0,
        schedules: 0,
        deleted: packRanges(oneRange(from, to)),
      },
    ],
    lastChecksum: Buffer.from('12345678'),
  };
}

function withIndex(blocks: Parameters<typeof writeBlocks>[2], index: StreamIndex): string {
  const stream = writeBlocks(tempFolder(), 'S', blocks);
  writeFileSync(join(stream, 'msgs/index.db'), writeIndex(index, 'S'));
  return stream;
}

describe('an older index.db', () => {
  const index = indexOf(100n, [95n, 98n]);

  it('proves its deletes, whatever came behind', async () => {
    const block = { number: 1, messages: messages(1n, 120n, BEGUN_NS) };
    const { seqs, ...result } = await storedSequences(withIndex([block], index));
    expect(seqs).toEqual(block.messages.map(({ seq }) => seq).filter((seq) => seq < 95n || seq > 98n));
    expect(codesOf(result)).toContain('DELETES_PROVEN');
  });

  it.each([
    ['in the same block', [1]],
    ['in a new block', [1, 2]],
  ])('proves nothing of a stream that was restored at 80 and went on %s', async (_, numbers) => {
    const later = messages(81n, 120n, BEGUN_NS + 3600n * SECOND_NS);
    const before = messages(1n, 80n, BEGUN_NS);
    const blocks =
      numbers.length === 1
        ? [{ number: 1, messages: [...before, ...later] }]
        : [
            { number: 1, messages: before },
            { number: 2, messages: later },
          ];
    const stream = withIndex(blocks, index);
    const { seqs, ...result } = await storedSequences(stream);
    expect(seqs).toHaveLength(120);
    expect(codesOf(result)).not.toContain('DELETES_PROVEN');
    const repaired = await repair(stream, stream);
    expect(repaired.stream.recovered).toBe(120n);
  });

  it('proves nothing of a stream that was made anew', async () => {
    const block = { number: 1, messages: messages(1n, 120n, BEGUN_NS + 3600n * SECOND_NS) };
    const { seqs } = await storedSequences(withIndex([block], index));
    expect(seqs).toHaveLength(120);
  });

  it('cat and repair take the same messages, wherever the stream began anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt(1n, 120n),
        fc.bigInt(0n, 3n),
        fc.boolean(),
        fc.tuple(fc.bigInt(1n, 100n), fc.bigInt(0n, 20n)),
        async (anewAt, gapHours, isNewBlock, [from, more]) => {
          const before = messages(1n, anewAt, BEGUN_NS);
          const laterNs = BEGUN_NS + anewAt * SECOND_NS + gapHours * 3600n * SECOND_NS;
          const later = messages(anewAt + 1n, 120n, laterNs);
          const blocks = isNewBlock
            ? [
                { number: 1, messages: before },
                { number: 2, messages: later },
              ]
            : [{ number: 1, messages: [...before, ...later] }];
          const to = from + more < 100n ? from + more : 100n;
          const stream = withIndex(blocks, indexOf(100n, [from, to]));
          const { stream: told, missing, invented } = await repair(stream, stream);
          expect({ missing, invented }).toEqual({ missing: [], invented: [] });
          // Only where nothing below its end is another message than the index knew.
          const isSame = (gapHours === 0n && !isNewBlock) || anewAt >= 100n;
          expect(told.recovered).toBe(isSame ? 120n - (to - from + 1n) : 120n);
        },
      ),
      { numRuns: 40 },
    );
  });
});
