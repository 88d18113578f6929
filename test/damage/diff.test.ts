import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SourceError, UsageError } from '../../src/core/error.ts';
import type { FindingCode } from '../../src/findings/catalog/index.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { diffArchives } from '../../src/operation/diff/run.ts';
import type { DiffReport, StreamDiff } from '../../src/operation/diff/types.ts';
import { CAPTURES, copyOf, editFile, tempFolder, treeSum } from '../support/damage.ts';
import { damagedOrders } from '../support/damaged-copies.ts';
import { runCli } from '../support/run-cli.ts';
import { writeMessages } from '../support/synthetic-stream.ts';

const STORE = '2.14.5-full/store';
const ORDERS = 'jetstream/$G/streams/ORDERS';
const V1 = join(CAPTURES, '2.14.5-full/backups/$G/ORDERS');
const V2 = '2.15.2-full/backups/$G/ORDERS';

function critical(findings: readonly Finding[]): FindingCode[] {
  const told = findings.filter(({ severity }) => severity === 'critical');
  return [...new Set(told.map(({ code }) => code))].toSorted();
}

function only(report: DiffReport): StreamDiff {
  expect(report.streams).toHaveLength(1);
  return report.streams[0] as StreamDiff;
}

describe('a damaged side is compared as far as it goes', () => {
  it('a record of a store, on either side', async () => {
    const folder = damagedOrders(10n);
    const asA = await diffArchives(folder, V1);
    expect([...only(asA).messages.only_b]).toEqual([[10n, 10n]]);
    expect(only(asA).messages.totals).toEqual({ same: 162n, only_a: 0n, only_b: 1n, changed: 0n });
    expect([critical(asA.findings.a), critical(asA.findings.b)]).toEqual([['BLK_CHECKSUM_MISMATCH'], []]);
    const asB = await diffArchives(V1, folder);
    expect([...only(asB).messages.only_a]).toEqual([[10n, 10n]]);
    expect([critical(asB.findings.a), critical(asB.findings.b)]).toEqual([[], ['BLK_CHECKSUM_MISMATCH']]);
  });

  it('the same damage on both sides: nothing differs, and both are told', async () => {
    const folder = damagedOrders(10n);
    const report = await diffArchives(folder, folder);
    expect(report.same).toBe(true);
    expect([critical(report.findings.a), critical(report.findings.b)]).toEqual([
      ['BLK_CHECKSUM_MISMATCH'],
      ['BLK_CHECKSUM_MISMATCH'],
    ]);
  });

  it('other damage on each side', async () => {
    const { messages } = only(await diffArchives(damagedOrders(10n), damagedOrders(20n)));
    expect([...messages.only_a]).toEqual([[20n, 20n]]);
    expect([...messages.only_b]).toEqual([[10n, 10n]]);
  });

  it('a compressed block that ends early does not hide what its intact copy holds', async () => {
    const path = join(STORE, 'jetstream/$G/streams/COMPRESSED');
    const damaged = copyOf(path);
    editFile(join(damaged, 'msgs/1.blk'), (bytes) => bytes.subarray(0, bytes.length >> 1));
    for (const [a, b, side] of [
      [damaged, join(CAPTURES, path), 'only_b'],
      [join(CAPTURES, path), damaged, 'only_a'],
    ] as const) {
      const report = await diffArchives(a, b);
      const { messages } = only(report);
      const lost = messages.totals[side];
      expect(lost > 0n && messages.totals.same === 189n - lost).toBe(true);
      expect(critical(side === 'only_b' ? report.findings.b : report.findings.a)).toEqual([]);
      expect(critical(side === 'only_b' ? report.findings.a : report.findings.b)).not.toEqual([]);
    }
  });

  it('a V2 archive that is cut', async () => {
    const cut = copyOf(V2);
    editFile(join(cut, 'stream.tar.s2'), (bytes) => bytes.subarray(0, bytes.length >> 1));
    const report = await diffArchives(cut, join(CAPTURES, V2));
    const { totals } = only(report).messages;
    expect(totals).toMatchObject({ only_a: 0n, changed: 0n });
    expect(totals.same + totals.only_b).toBe(163n);
    expect(totals.only_b > 0n).toBe(true);
    expect(critical(report.findings.a)).not.toEqual([]);
    expect(critical(report.findings.b)).toEqual([]);
  });

  it('the command ends with 2, also where the rest is the same, and says why', () => {
    const folder = damagedOrders(10n);
    const before = treeSum(folder);
    const same = runCli(['diff', folder, folder]);
    expect(same).toMatchObject({ exit: 2 });
    expect(same.stdout).toContain('same: 1 stream, 162 messages, as far as both could be read\n');
    const run = runCli(['diff', V1, folder]);
    expect(run).toMatchObject({ exit: 2 });
    expect(run.stdout).toContain('\n  messages: 162 same, 1 only in A\n-   10\n');
    expect(run.stderr).toMatch(/^natsarc: B: BLK_CHECKSUM_MISMATCH: /);
    expect(treeSum(folder)).toBe(before);
  });
});

describe('a side that cannot be read', () => {
  it('is told with its path', async () => {
    const folder = tempFolder();
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'nothing of the kind');
    writeFileSync(join(folder, 'empty'), '');
    await expect(diffArchives(V1, text)).rejects.toThrow(SourceError);
    await expect(diffArchives(text, V1)).rejects.toThrow(/notes\.txt/);
    await expect(diffArchives(V1, join(folder, 'empty'))).rejects.toThrow(SourceError);
    await expect(diffArchives(V1, join(folder, 'none'))).rejects.toThrow(
      /none: there is no such file or folder/,
    );
  });

  it('also a block of it', () => {
    const folder = tempFolder();
    cpSync(join(CAPTURES, STORE, ORDERS), join(folder, 'ORDERS'), { recursive: true });
    cpSync(V1, join(folder, 'backup'), { recursive: true });
    execFileSync('chmod', ['-R', 'a+rX', folder]);
    chmodSync(join(folder, 'ORDERS/msgs/1.blk'), 0o000);
    const uid = process.getuid?.() === 0 ? 65534 : undefined;
    const run = runCli(['diff', join(folder, 'ORDERS'), join(folder, 'backup')], undefined, uid);
    expect(run).toMatchObject({ exit: 2 });
    expect(run.stderr).toMatch(/^natsarc: A: SRC_UNREADABLE: .*1\.blk: permission denied; run as/);
    expect(run.stdout).toContain('\nnot compared: 1 of 1 stream\n');
    const turned = runCli(['diff', join(folder, 'backup'), join(folder, 'ORDERS'), '--json'], undefined, uid);
    expect(turned).toMatchObject({ exit: 2 });
    const report = JSON.parse(turned.stdout) as DiffReport;
    expect(report).toMatchObject({ same: false, streams: [{ same: false, unreadable_in: ['b'] }] });
    expect(report.findings.a).toEqual([]);
    expect(report.findings.b.map(({ code }) => code)).toEqual(['SRC_UNREADABLE']);
  });
});

describe('which stream is compared with which', () => {
  /** A store of accounts, each with streams of one message. */
  function store(accounts: Readonly<Record<string, readonly string[]>>): string {
    const folder = tempFolder();
    for (const [account, names] of Object.entries(accounts))
      for (const name of names) {
        const streams = join(folder, 'jetstream', account, 'streams');
        mkdirSync(streams, { recursive: true });
        writeMessages(streams, name, [{ subject: 's', data: name }]);
      }
    return folder;
  }

  function pairs({ streams }: DiffReport): (string | null)[][] {
    return streams.map(({ account, name, only_in }) => [account, name, only_in]);
  }

  function backupOf(name: string): string {
    return writeMessages(tempFolder(), name, [{ subject: 's', data: name }]);
  }

  it('accounts by name, streams by name; what one side lacks is listed', async () => {
    const a = store({ ONE: ['S', 'T'], TWO: ['S'] });
    const b = store({ ONE: ['S'], TWO: ['S', 'U'], THREE: ['S'] });
    expect(pairs(await diffArchives(a, b))).toEqual([
      ['ONE', 'S', null],
      ['ONE', 'T', 'a'],
      ['THREE', 'S', 'b'],
      ['TWO', 'S', null],
      ['TWO', 'U', 'b'],
    ]);
  });

  it('a side without accounts goes with the one that has the stream', async () => {
    const report = await diffArchives(backupOf('S'), store({ ONE: ['S', 'T'] }));
    expect(pairs(report)).toEqual([
      ['ONE', 'S', null],
      ['ONE', 'T', 'b'],
    ]);
  });

  it('where several have it, --account must tell', async () => {
    const b = store({ ONE: ['S'], TWO: ['S'] });
    for (const sides of [
      [backupOf('S'), b],
      [b, backupOf('S')],
    ] as const)
      await expect(diffArchives(...sides)).rejects.toThrow(/several accounts hold a stream S.*--account/);
    expect(pairs(await diffArchives(backupOf('S'), b, { account: 'TWO' }))).toEqual([['TWO', 'S', null]]);
  });

  it('different streams need --as', async () => {
    const [a, b] = [backupOf('S'), backupOf('T')];
    await expect(diffArchives(a, b)).rejects.toThrow(UsageError);
    await expect(diffArchives(a, b)).rejects.toThrow(/S and T: --as T/);
    const diff = only(await diffArchives(a, b, { as: 'T' }));
    expect(diff).toMatchObject({ name: 'S', name_b: 'T', config: [], same: false });
    expect(diff.messages.changed).toEqual([{ seq: 1n, subject: 's', fields: ['payload'] }]);
  });

  it('--as is about one stream', async () => {
    const many = store({ ONE: ['S', 'T'], TWO: ['T'] });
    await expect(diffArchives(many, backupOf('T'), { as: 'T' })).rejects.toThrow(/3 are selected: --stream/);
    await expect(diffArchives(backupOf('S'), many, { as: 'T' })).rejects.toThrow(/several accounts of B/);
    await expect(diffArchives(backupOf('S'), many, { as: 'X' })).rejects.toThrow(/B holds no stream X/);
    const report = await diffArchives(many, many, { as: 'T', streams: ['S'], account: 'ONE' });
    expect(pairs(report)).toEqual([['ONE', 'S', null]]);
  });

  it('what neither holds, and nothing at all, are errors', async () => {
    await expect(diffArchives(backupOf('S'), backupOf('S'), { streams: ['X'] })).rejects.toThrow(UsageError);
    await expect(diffArchives(V1, V1, { mapSubjects: ['a.>'] })).rejects.toThrow(UsageError);
  });
});
