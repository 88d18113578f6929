import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, editFile, editIndex, recordsOf } from '../support/damage.ts';
import { runCli, type CliRun } from '../support/run-cli.ts';

const ORDERS = '2.14.5-full/store/jetstream/$G/streams/ORDERS';

interface DamagedStream {
  readonly path: string;
  /** Of the record that is damaged. */
  readonly seq: bigint;
}

/** A bit of the payload of the eleventh record is flipped. */
function damaged(): DamagedStream {
  const path = copyOf(ORDERS);
  let seq = 0n;
  editFile(join(path, 'msgs/1.blk'), (bytes) => {
    const record = recordsOf(bytes)[10];
    if (record === undefined) throw new Error('no record');
    seq = record.seq;
    const at = record.at + record.length - 12;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  });
  return { path, seq };
}

const cat = (path: string, ...args: (string | bigint)[]): CliRun =>
  runCli(['cat', path, ...args.map(String)]);

describe('cat of a damaged stream: 3 means that something selected was damaged or missing', () => {
  it('one message that is sound', () => {
    const { path, seq } = damaged();
    for (const args of [[], ['--text'], ['--raw']])
      expect(cat(path, '--seq', seq + 1n, ...args)).toMatchObject({ exit: 0, stderr: '' });
    expect(cat(path, '--seq', seq + 1n).stdout).toContain(`"seq":${seq + 1n},`);
  });

  it('the damaged one, and ranges with it', () => {
    const { path, seq } = damaged();
    const one = cat(path, '--seq', seq);
    expect(one).toMatchObject({ exit: 3, stdout: '' });
    expect(one.stderr).toContain('natsarc: BLK_CHECKSUM_MISMATCH: ');
    expect(cat(path, '--min-seq', seq - 2n, '--max-seq', seq + 2n).exit).toBe(3);
    expect(cat(path, '--min-seq', seq - 2n).exit).toBe(3);
    expect(cat(path).exit).toBe(3);
  });

  it('a range beside it, in which a current index explains what was deleted', () => {
    const { path, seq } = damaged();
    const last = 172n;
    const args = ['--min-seq', seq + 1n, '--max-seq', last] as const;
    const run = cat(path, ...args);
    expect(run).toMatchObject({ exit: 0, stderr: '' });
    expect(BigInt(run.stdout.trimEnd().split('\n').length)).toBeLessThan(last - seq);
    rmSync(join(path, 'msgs/index.db'));
    expect(cat(path, ...args).exit).toBe(3);
  });

  it('a message that may have been moved within its record', () => {
    const path = copyOf(ORDERS);
    // The totals of a subject in the index are others than those of the blocks.
    editIndex(path, 'ORDERS', (bytes) => {
      const at = bytes.indexOf('orders.');
      bytes[at + 7] = (bytes[at + 7] ?? 0) ^ 1;
    });
    const run = cat(path, '--seq', '10');
    expect(run.exit).toBe(3);
    expect(run.stderr).toContain('IDX_SUBJECTS_DIFFER');
  });

  it('messages of a stream whose blocks are all gone', () => {
    const path = copyOf(ORDERS);
    rmSync(join(path, 'msgs'), { recursive: true });
    expect(cat(path, '--seq', '10')).toMatchObject({ exit: 3, stdout: '' });
  });
});
