import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, editFile, editIndex, recordsOf } from '../support/damage.ts';
import { repair } from '../support/repaired.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const SUBJECT_LENGTH_AT = 20;

/** A copy in which a message without headers says another length of its subject: no checksum covers it. */
function misread(lengthBytes: (subject: number) => number, isShared = false): { path: string; seq: bigint } {
  const path = copyOf(ORDERS);
  const file = join(path, 'msgs/1.blk');
  const block = readFileSync(file);
  const all = recordsOf(block);
  const subjectOf = ({ at, subject }: (typeof all)[number]): string =>
    block.toString('latin1', at + 22, at + 22 + subject);
  const counts = new Map<string, number>();
  for (const record of all) counts.set(subjectOf(record), (counts.get(subjectOf(record)) ?? 0) + 1);
  const record = all.find(
    (one, i) =>
      i > 40 &&
      !one.hasHeader &&
      one.seq >> 62n === 0n &&
      one.subject > 0 &&
      counts.get(subjectOf(one)) === (isShared ? 2 : 1),
  );
  if (record === undefined) throw new Error('no such record');
  editFile(file, (bytes) => {
    bytes.writeUInt16LE(lengthBytes(record.subject), record.at + SUBJECT_LENGTH_AT);
    return bytes;
  });
  return { path, seq: record.seq };
}

function withoutIndex(path: string): void {
  rmSync(join(path, 'msgs/index.db'));
}

describe('the length of a subject is set right', () => {
  it.each([
    ['one letter is left', () => 1],
    ['it is longer', (subject: number) => subject + 4],
  ])('by index.db, where %s', async (_, lengthBytes) => {
    const { path, seq } = misread(lengthBytes);
    const { missing, invented, stream, result } = await repair(path, ORDERS);
    expect([missing, invented]).toEqual([[], []]);
    expect(stream).toMatchObject({ recovered: 163n, lost: 0n });
    expect(result.isLossy).toBe(false);
    expect(result.loss.notes).toMatchObject([
      {
        code: 'SUBJECT_MENDED',
        loss: false,
        text: `1 message: the subject of ${seq} fits nothing in index.db, and one other length alone does: it was set right`,
      },
    ]);
  });

  it('by the configuration, where there is no index.db and other messages have it', async () => {
    const { path } = misread(() => 1, true);
    withoutIndex(path);
    const { invented, result } = await repair(path, ORDERS);
    expect(invented).toEqual([]);
    expect(result.loss.notes.map(({ code }) => code)).toContain('SUBJECT_MENDED');
  });
});

it('a subject of which nothing tells what it was is kept, and told as a loss', async () => {
  const path = copyOf(ORDERS);
  editIndex(path, 'ORDERS', (bytes) => bytes.set(Buffer.from('orderz'), bytes.indexOf('orders')));
  const { missing, invented, result } = await repair(path, ORDERS);
  expect([missing, invented]).toEqual([[], []]);
  expect(result.isLossy).toBe(true);
  expect(result.loss.notes).toMatchObject([{ code: 'SUBJECT_DOUBTFUL', loss: true }]);
});

it('so is one that fits the configuration with many a length', async () => {
  const { path, seq } = misread(() => 1);
  withoutIndex(path);
  const { invented, result } = await repair(path, ORDERS);
  expect(invented).toEqual([seq]);
  expect(result.isLossy).toBe(true);
  expect(result.loss.notes.find(({ code }) => code === 'SUBJECT_DOUBTFUL')).toMatchObject({
    loss: true,
    text: expect.stringContaining(`the first ${seq},`) as string,
  });
});

it('pack tells it and ends with 3, and cat does', () => {
  const { path, seq } = misread(() => 1);
  const packed = runCli(['pack', path, '--out', join(path, '../packed')]);
  expect(packed).toMatchObject({ exit: 3 });
  expect(packed.stdout).toContain('IDX_SUBJECTS_DIFFER');
  const shown = runCli(['cat', path, '--seq', String(seq)]);
  expect(shown).toMatchObject({ exit: 3 });
  expect(shown.stderr).toContain('IDX_SUBJECTS_DIFFER');
});
