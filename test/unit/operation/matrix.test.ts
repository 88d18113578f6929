import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareReplicas } from '../../../src/operation/diff/matrix.ts';
import type { MatrixStream } from '../../../src/operation/diff/types.ts';
import { matrixText } from '../../../src/report/text/matrix.ts';
import { paletteFor } from '../../../src/report/palette.ts';
import { captures } from '../../support/captures.ts';
import { copyOf, tempFolder } from '../../support/damage.ts';
import { damageMessage } from '../../support/damaged-copies.ts';
import { writeBlocks, type SyntheticMessage } from '../../support/synthetic-stream.ts';
import { isThere } from '../../support/needed.ts';

/** Messages of sequences, the payload as the map has it. */
function messages(seqs: readonly number[], data: Readonly<Record<number, string>> = {}): SyntheticMessage[] {
  return seqs.map((seq) => ({
    seq: BigInt(seq),
    timeNs: BigInt(seq) * 1_000_000_000n,
    subject: 's',
    header: '',
    data: data[seq] ?? 'same',
  }));
}

const FIVE = [1, 2, 3, 4, 5];

async function matrix(...replicas: readonly (readonly SyntheticMessage[])[]): Promise<MatrixStream> {
  const parent = tempFolder();
  const paths = replicas.map((own, i) => {
    mkdirSync(join(parent, String(i)));
    // The blocks are cut differently: what counts are the messages.
    const blocks = [own.slice(0, i + 1), own.slice(i + 1)].filter((block) => block.length > 0);
    return writeBlocks(
      join(parent, String(i)),
      'S',
      blocks.map((block, n) => ({ number: n + 1, messages: block })),
    );
  });
  const { streams } = await compareReplicas(paths, { jobs: 1 });
  expect(streams).toHaveLength(1);
  return streams[0] as MatrixStream;
}

function statuses({ replicas }: MatrixStream): string[] {
  return replicas.map(({ status, diverged_at }) =>
    diverged_at === null ? status : `${status} ${diverged_at}`,
  );
}

describe('replicas', () => {
  it('the same', async () => {
    const result = await matrix(messages(FIVE), messages(FIVE), messages(FIVE));
    expect(statuses(result)).toEqual(['same', 'same', 'same']);
    expect(result).toMatchObject({ same: true, majority: 0, reference: 0 });
  });

  it('one behind', async () => {
    const result = await matrix(messages([1, 2, 3]), messages(FIVE), messages(FIVE));
    expect(statuses(result)).toEqual(['behind', 'same', 'same']);
    expect(result).toMatchObject({ same: false, majority: 1 });
    expect(result.replicas[0]).toMatchObject({ missing: 2n, extra: 0n, messages: 3n, last_seq: 3n });
  });

  it('one behind that still holds what was deleted since', async () => {
    const result = await matrix(messages([3, 4, 5]), messages([1, 2, 3, 4]), messages([3, 4, 5]));
    expect(statuses(result)).toEqual(['same', 'behind', 'same']);
    expect(result.replicas[1]).toMatchObject({ missing: 1n, extra: 2n });
  });

  it('each further than the next: what two of three hold is the majority', async () => {
    const result = await matrix(messages([1, 2, 3, 4, 5, 6]), messages([1, 2, 3]), messages(FIVE));
    expect(statuses(result)).toEqual(['ahead', 'behind', 'same']);
    expect(result.majority).toBe(2);
  });

  it('one diverged: changed, lost, or more than the others', async () => {
    const changed = await matrix(messages(FIVE), messages(FIVE, { 3: 'other' }), messages(FIVE));
    expect(statuses(changed)).toEqual(['same', 'diverged 3', 'same']);
    expect(changed.replicas[1]).toMatchObject({ changed: 1n, missing: 0n, extra: 0n });
    const lost = await matrix(messages(FIVE), messages(FIVE), messages([1, 3, 4, 5]));
    expect(statuses(lost)).toEqual(['same', 'same', 'diverged 2']);
    const more = await matrix(messages([1, 3, 5]), messages([1, 3, 4, 5]), messages([1, 3, 5]));
    expect(statuses(more)).toEqual(['same', 'diverged 4', 'same']);
    const behindToo = await matrix(messages(FIVE), messages([1, 2, 3], { 2: 'other' }), messages(FIVE));
    expect(statuses(behindToo)).toEqual(['same', 'diverged 2', 'same']);
    const behindAndLost = await matrix(messages(FIVE), messages([1, 3]), messages(FIVE));
    expect(statuses(behindAndLost)).toEqual(['same', 'diverged 2', 'same']);
  });

  it('no two the same: no majority', async () => {
    const result = await matrix(
      messages(FIVE, { 2: 'a' }),
      messages(FIVE, { 2: 'b' }),
      messages(FIVE, { 2: 'c' }),
    );
    expect(result).toMatchObject({ majority: null, reference: 0, same: false });
    expect(statuses(result)).toEqual(['same', 'diverged 2', 'diverged 2']);
  });

  it('each with one message more in the middle: no majority', async () => {
    const result = await matrix(messages([1, 2, 5]), messages([1, 2, 3, 5]), messages(FIVE));
    expect(result.majority).toBe(null);
    expect(statuses(result)).toEqual(['same', 'diverged 3', 'diverged 3']);
  });

  it('two against two: no majority', async () => {
    const other = { 4: 'x' };
    const result = await matrix(messages(FIVE), messages(FIVE, other), messages(FIVE), messages(FIVE, other));
    expect(result).toMatchObject({ majority: null, reference: 0 });
    expect(statuses(result)).toEqual(['same', 'diverged 4', 'same', 'diverged 4']);
  });

  it('five, of which two went another way', async () => {
    const other = { 4: 'x' };
    const result = await matrix(
      messages(FIVE, other),
      messages(FIVE),
      messages([1, 2, 3]),
      messages(FIVE, other),
      messages(FIVE),
    );
    // 3 messages are held by all, the fourth by no three.
    expect(result.majority).toBe(2);
    expect(statuses(result)).toEqual(['ahead', 'ahead', 'same', 'ahead', 'ahead']);
  });
});

describe('replicas of a cluster', () => {
  const cluster = captures().find(({ truth }) => truth.layout === 'cluster');
  it.runIf(isThere(cluster !== undefined, 'replicas of a cluster'))(
    'hold the same, each where it belongs',
    async () => {
      const paths = ['n1', 'n2', 'n3'].map((node) => join(cluster?.folder ?? '', 'store', node));
      const report = await compareReplicas(paths, { jobs: 1 });
      expect(report.same).toBe(true);
      const wrong = report.streams.filter((stream) => !stream.same).map(({ name }) => name);
      expect(wrong).toEqual([]);
      const local = report.streams.find(({ name }) => name === 'LOCAL2');
      expect(local?.replicas.map(({ status }) => status)).toEqual(['same', 'absent', 'absent']);
      expect(local?.held_by).toEqual([0]);
      const partly = report.streams.filter(({ held_by }) => held_by.length < 3);
      expect(partly.length).toBeGreaterThan(0);
      expect(report.totals).toEqual({
        streams: report.streams.length,
        different: 0,
        not_compared: 0,
        not_in_all: partly.length,
      });
      expect(matrixText(report, paletteFor('never', false, true))).toMatch(
        /^\$G\/ORDERS +same +same +same +A B C$/m,
      );
    },
  );

  it('archives that are no servers of a cluster should hold every stream', async () => {
    const backups = (account: string): string => copyOf(`2.14.5-full/${account}`);
    const paths = [backups('backups/$G'), backups('backups/$G'), backups('backups/$G')];
    rmSync(join(paths[0] ?? '', 'ORDERS'), { recursive: true });
    rmSync(join(paths[2] ?? '', 'ORDERS'), { recursive: true });
    rmSync(join(paths[2] ?? '', 'EDGE'), { recursive: true });
    const report = await compareReplicas(paths, { jobs: 1 });
    const told = report.streams.filter(({ same }) => !same);
    expect(told.map(({ name, held_by }) => [name, held_by])).toEqual([
      ['EDGE', [0, 1]],
      ['ORDERS', [1]],
    ]);
    expect(told.map(statuses)).toEqual([
      ['same', 'same', 'missing'],
      ['missing', 'same', 'missing'],
    ]);
    expect(report.same).toBe(false);
    expect(report.totals).toMatchObject({ different: 2, not_in_all: 2 });
    const text = matrixText(report, paletteFor('never', false, true))
      .trimEnd()
      .split('\n');
    expect(text.slice(-4)).toEqual([
      'only in A B: 1 stream: EDGE',
      'only in B: 1 stream: ORDERS',
      '',
      `different: 2 of ${report.totals.streams} streams; 2 not in all archives`,
    ]);
  });

  it('one of them damaged', async () => {
    const store = (): string => copyOf('2.14.5-full/store');
    const paths = [store(), store(), store()];
    damageMessage(join(paths[1] ?? '', 'jetstream/$G/streams/ORDERS'), 10n);
    const report = await compareReplicas(paths, { jobs: 1, streams: ['ORDERS'] });
    const [stream] = report.streams as [MatrixStream];
    expect(statuses(stream)).toEqual(['same', 'diverged 10', 'same']);
    expect(
      report.findings.map((own) => own.map(({ code }) => code).includes('BLK_CHECKSUM_MISMATCH')),
    ).toEqual([false, true, false]);
  });
});
