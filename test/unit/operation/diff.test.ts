import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageField } from '../../../src/operation/diff/types.ts';
import { tempFolder } from '../../support/damage.ts';
import { writeBlocks, type SyntheticBlock, type SyntheticMessage } from '../../support/synthetic-stream.ts';
import { onlyDiff } from '../../support/only-diff.ts';

const FIELDS: readonly MessageField[] = ['subject', 'time', 'header', 'payload'];

interface Plan {
  /** What a sequence goes through from A to B; sequences are those of the list, from 1 on. */
  readonly steps: readonly {
    readonly do: 'keep' | 'drop' | 'add' | 'gap' | 'change';
    readonly fields: readonly MessageField[];
    readonly hasHeader: boolean;
    readonly dataBytes: number;
  }[];
  /** Messages in a block, over and over. */
  readonly cutsA: readonly number[];
  readonly cutsB: readonly number[];
  /** Where the numbers of B's blocks begin: 1 as in A, else they are renumbered. */
  readonly firstBlockB: number;
  readonly isRenamed: boolean;
  readonly formB: 'folder' | 'snapshot';
}

const step = fc.record({
  do: fc.oneof(
    { weight: 6, arbitrary: fc.constant('keep' as const) },
    fc.constantFrom('drop' as const, 'add' as const, 'gap' as const, 'change' as const),
  ),
  fields: fc.subarray([...FIELDS], { minLength: 1 }),
  hasHeader: fc.boolean(),
  dataBytes: fc.nat(40),
});
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
const plan: fc.Arbitrary<Plan> = cuts.chain((cutsA) =>
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 60 }),
    cutsA: fc.constant(cutsA),
    cutsB: fc.oneof(fc.constant(cutsA), cuts),
    firstBlockB: fc.constantFrom(1, 1, 2, 7),
    isRenamed: fc.boolean(),
    formB: fc.constantFrom('folder' as const, 'snapshot' as const),
  }),
);

function original(seq: number, { hasHeader, dataBytes }: Plan['steps'][number]): SyntheticMessage {
  return {
    seq: BigInt(seq),
    timeNs: 1_700_000_000_000_000_000n + BigInt(seq),
    subject: `orders.${seq % 5}`,
    header: hasHeader ? `NATS/1.0\r\nId: ${seq}\r\n\r\n` : '',
    data: 'x'.repeat(dataBytes),
  };
}

function changed(message: SyntheticMessage, fields: readonly MessageField[]): SyntheticMessage {
  const has = (field: MessageField): boolean => fields.includes(field);
  return {
    ...message,
    subject: has('subject') ? `${message.subject}x` : message.subject,
    timeNs: has('time') ? message.timeNs + 1n : message.timeNs,
    header: has('header') ? (message.header === '' ? 'NATS/1.0\r\n\r\n' : '') : message.header,
    data: has('payload') ? `${message.data}y` : message.data,
  };
}

function blocksOf(
  messages: readonly SyntheticMessage[],
  sizes: readonly number[],
  first: number,
): SyntheticBlock[] {
  const blocks: SyntheticBlock[] = [];
  for (let at = 0; at < messages.length;) {
    const size = sizes[blocks.length % sizes.length] ?? 1;
    blocks.push({ number: first + blocks.length, messages: messages.slice(at, at + size) });
    at += size;
  }
  return blocks;
}

function seqsOf(pairs: Iterable<readonly [bigint, bigint]>): bigint[] {
  return [...pairs].flatMap(([from, to]) =>
    Array.from({ length: Number(to - from) + 1 }, (_, i) => from + BigInt(i)),
  );
}

describe('diff', () => {
  it('tells exactly what was edited', async () => {
    const parent = tempFolder();
    let run = 0;
    await fc.assert(
      fc.asyncProperty(plan, async ({ steps, cutsA, cutsB, firstBlockB, isRenamed, formB }) => {
        const folder = join(parent, String(run++));
        const all = steps.map((one, i) => ({ ...one, message: original(i + 1, one) }));
        const ofA = all.filter((one) => one.do !== 'add' && one.do !== 'gap').map(({ message }) => message);
        const ofB = all
          .filter((one) => one.do !== 'drop' && one.do !== 'gap')
          .map((one) => (one.do === 'change' ? changed(one.message, one.fields) : one.message))
          .map((message) => (isRenamed ? { ...message, subject: `copy.${message.subject}` } : message));
        mkdirSync(join(folder, 'a'), { recursive: true });
        mkdirSync(join(folder, 'b'));
        const a = writeBlocks(join(folder, 'a'), 'ORDERS', blocksOf(ofA, cutsA, 1));
        const nameB = isRenamed ? 'COPY' : 'ORDERS';
        const b = writeBlocks(join(folder, 'b'), nameB, blocksOf(ofB, cutsB, firstBlockB), formB);
        const options = isRenamed ? { as: 'COPY', mapSubjects: ['orders.>=copy.orders.>'] } : {};
        const diff = await onlyDiff(a, b, { ...options, show: 3, jobs: 1 });
        const seqs = (what: string): bigint[] =>
          all.filter((one) => one.do === what).map(({ message }) => message.seq);
        expect(seqsOf(diff.messages.only_a)).toEqual(seqs('drop'));
        expect(seqsOf(diff.messages.only_b)).toEqual(seqs('add'));
        expect(diff.messages.changed).toEqual(
          all
            .filter((one) => one.do === 'change')
            .map(({ message: { seq, subject }, fields }) => ({ seq, subject, fields })),
        );
        const differing = all.filter((one) => ['drop', 'add', 'change'].includes(one.do));
        expect(diff.messages.examples?.map(({ seq }) => seq)).toEqual(
          differing.slice(0, 3).map(({ message }) => message.seq),
        );
        for (const [i, { a: shownA, b: shownB }] of (diff.messages.examples ?? []).entries())
          expect([shownA !== null, shownB !== null]).toEqual([
            differing[i]?.do !== 'add',
            differing[i]?.do !== 'drop',
          ]);
        expect(diff.messages.totals.same).toBe(BigInt(seqs('keep').length));
        expect(diff).toMatchObject({ config: [], consumers: [], only_in: null });
        expect(diff.same).toBe(differing.length === 0);
        expect(diff.not_comparable).toEqual(isRenamed ? ['state.bytes'] : []);
      }),
      { numRuns: 120 },
    );
  });

  it('tells the state of both, and what differs in it', async () => {
    const parent = tempFolder();
    mkdirSync(join(parent, 'b'));
    const first: SyntheticMessage = {
      seq: 5n,
      timeNs: 1_000_000_000n,
      subject: 's',
      header: '',
      data: 'one',
    };
    const second = { ...first, seq: 9n, timeNs: 2_000_000_000n };
    const a = writeBlocks(parent, 'S', [{ number: 1, messages: [first] }]);
    const b = writeBlocks(join(parent, 'b'), 'S', [{ number: 1, messages: [first, second] }]);
    expect((await onlyDiff(a, b, { jobs: 1 })).state_changes).toEqual([
      { path: 'messages', a: 1n, b: 2n },
      { path: 'last_seq', a: 5n, b: 9n },
      { path: 'num_deleted', a: 0n, b: 3n },
      { path: 'bytes', a: 34n, b: 68n },
      { path: 'last_ts', a: '1970-01-01T00:00:01Z', b: '1970-01-01T00:00:02Z' },
    ]);
  });
});
