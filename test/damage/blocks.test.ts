import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/findings/finding.ts';
import { codesOf, copyOf, editFile, flipBit, recordsOf, verifyDamaged } from '../support/damage.ts';

const ORDERS = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const COMPRESSED = '2.14.5-full/store/jetstream/$G/streams/COMPRESSED';
const STALE = '2.14.5-crash/store/jetstream/$G/streams/STALE';
const CRASHED = '2.14.5-crash/store/jetstream/$G/streams/WQ';

function only(findings: readonly Finding[], code: string): Finding {
  const found = findings.filter((finding) => finding.code === code);
  expect(found).toHaveLength(1);
  return found[0] as Finding;
}

/** The tenth plain message of ORDERS with headers: every part is there to be damaged. */
function victim(path: string): { at: number; length: number; seq: bigint; subject: number; index: number } {
  const records = recordsOf(readFileSync(join(path, 'msgs/1.blk')));
  const index = records.findIndex((record, i) => i > 20 && record.hasHeader && record.seq >> 62n === 0n);
  return { ...(records[index] as ReturnType<typeof recordsOf>[number]), index };
}

describe('one bit in a record', () => {
  const places: readonly (readonly [string, (record: ReturnType<typeof victim>) => number])[] = [
    ['its sequence', (record) => record.at + 5],
    ['its time', (record) => record.at + 13],
    ['its subject', (record) => record.at + 24],
    ['its header block', (record) => record.at + 22 + record.subject + 4 + 20],
    ['its payload', (record) => record.at + record.length - 12],
    ['its checksum', (record) => record.at + record.length - 3],
  ];
  for (const [name, offset] of places)
    it(`in ${name} loses this record and no other`, async () => {
      const path = copyOf(ORDERS);
      const record = victim(path);
      flipBit(join(path, 'msgs/1.blk'), offset(record), 3);
      const report = await verifyDamaged(path);
      expect(report.status).toBe('CRITICAL');
      expect(codesOf(report)).toEqual(['BLK_CHECKSUM_MISMATCH']);
      const finding = only(report.findings, 'BLK_CHECKSUM_MISMATCH');
      expect(finding).toMatchObject({
        severity: 'critical',
        stream: 'ORDERS',
        file: 'msgs/1.blk',
        offset: record.at,
        length: record.length,
      });
      expect(report.streams[0]?.lost.msgs).toEqual([[record.seq, record.seq]]);
      expect(report.streams[0]?.actual?.messages).toBe(162n);
    });

  it('in its length is found, whatever the bit', async () => {
    for (const bit of [1, 4, 9, 17, 24, 28]) {
      const path = copyOf(ORDERS);
      const record = victim(path);
      flipBit(join(path, 'msgs/1.blk'), record.at + (bit >> 3), bit & 7);
      const report = await verifyDamaged(path);
      expect(report.status).toBe('CRITICAL');
      expect(codesOf(report)).toHaveLength(1);
      expect(['BLK_CHECKSUM_MISMATCH', 'BLK_LENGTH_IMPLAUSIBLE']).toContain(codesOf(report)[0]);
      expect(report.streams[0]?.lost.msgs).toEqual([[record.seq, record.seq]]);
    }
  });

  it('in its subject length moves bytes between subject and payload: the index totals tell', async () => {
    const path = copyOf(ORDERS);
    const records = recordsOf(readFileSync(join(path, 'msgs/1.blk')));
    const plain = records.find(
      (record) => !record.hasHeader && record.seq >> 62n === 0n && record.subject > 0,
    );
    // The checksum does not cover this length: only structure or index totals contradict it.
    flipBit(join(path, 'msgs/1.blk'), (plain?.at ?? 0) + 20, 0);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toHaveLength(1);
    expect(['IDX_SUBJECTS_DIFFER', 'BLK_RECORD_MALFORMED']).toContain(codesOf(report)[0]);
  });

  it('in its header length contradicts the structure', async () => {
    const path = copyOf(ORDERS);
    const record = victim(path);
    flipBit(join(path, 'msgs/1.blk'), record.at + 22 + record.subject, 1);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['BLK_RECORD_MALFORMED']);
    expect(only(report.findings, 'BLK_RECORD_MALFORMED')).toMatchObject({
      offset: record.at,
      seq: record.seq,
    });
  });
});

describe('a block', () => {
  it('cut inside a record, with an index that promises more', async () => {
    const path = copyOf(ORDERS);
    const last = lastMessage(path);
    truncateSync(join(path, 'msgs/1.blk'), last.at + 11);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['BLK_TRUNCATED', 'IDX_AHEAD']);
    expect(only(report.findings, 'BLK_TRUNCATED')).toMatchObject({ file: 'msgs/1.blk', offset: last.at });
  });

  it('cut between two records', async () => {
    const path = copyOf(ORDERS);
    truncateSync(join(path, 'msgs/1.blk'), lastMessage(path).at);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['IDX_AHEAD']);
  });

  it('cut behind its messages, so that only deletes are gone', async () => {
    const path = copyOf(COMPRESSED);
    const last = lastBlock(path);
    const records = recordsOf(readFileSync(last.path));
    expect((records.at(-1)?.seq ?? 0n) >> 62n).toBe(1n);
    truncateSync(last.path, records.at(-1)?.at ?? 0);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('WARNING');
    expect(codesOf(report)).toEqual(['IDX_END_MISSING']);
  });

  it('in the middle of the stream is never torn: cut, it is a loss', async () => {
    const path = copyOf(COMPRESSED);
    const first = join(path, 'msgs/5.blk');
    truncateSync(first, readFileSync(first).length - 9);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
  });

  it('torn by a crash, where no index promises more, is normal', async () => {
    const path = copyOf(CRASHED);
    const last = lastBlock(path);
    const bytes = readFileSync(last.path);
    truncateSync(last.path, bytes.length - 9);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('OK');
    expect(only(report.findings, 'BLK_TAIL_TORN').severity).toBe('info');
  });

  it('missing', async () => {
    const path = copyOf(COMPRESSED);
    rmSync(join(path, 'msgs/2.blk'));
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['BLK_MISSING']);
    const finding = only(report.findings, 'BLK_MISSING');
    expect(finding.file).toBe('msgs/2.blk');
    const lost = report.streams[0]?.lost.msgs ?? [];
    expect([lost[0]?.[0], lost.at(-1)?.[1]]).toEqual([
      finding.data?.['first_seq'],
      finding.data?.['last_seq'],
    ]);
    expect(lost.reduce((sum, [from, to]) => sum + to - from + 1n, 0n)).toBe(finding.data?.['messages']);
  });

  it('empty', async () => {
    const path = copyOf(ORDERS);
    writeFileSync(join(path, 'msgs/1.blk'), '');
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['BLK_EMPTIED', 'IDX_AHEAD']);
    expect(only(report.findings, 'BLK_EMPTIED').data).toMatchObject({ messages: 163n });
  });

  it('swapped with another', async () => {
    const path = copyOf(STALE);
    const [one, two, aside] = ['msgs/1.blk', 'msgs/3.blk', 'msgs/aside'].map((name) => join(path, name)) as [
      string,
      string,
      string,
    ];
    renameSync(one, aside);
    renameSync(two, one);
    renameSync(aside, two);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['BLK_SWAPPED']);
    const owners = report.findings
      .filter((finding) => finding.code === 'BLK_SWAPPED')
      .map((finding) => [finding.file, finding.data?.['belongs_to']]);
    expect(owners).toEqual([
      ['msgs/1.blk', 3],
      ['msgs/3.blk', 1],
    ]);
  });

  it('of another stream', async () => {
    const path = copyOf(CRASHED);
    copyFileSync(join(copyOf(ORDERS), 'msgs/1.blk'), join(path, 'msgs/3.blk'));
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['BLK_FOREIGN', 'CON_AHEAD_OF_STREAM']);
  });

  it('with a bit flipped inside its compression', async () => {
    const path = copyOf(COMPRESSED);
    const bytes = readFileSync(join(path, 'msgs/1.blk'));
    flipBit(join(path, 'msgs/1.blk'), bytes.length >> 1, 2);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    const s2 = report.findings.find(
      (finding) => finding.code === 'S2_CRC_MISMATCH' || finding.code === 'S2_CHUNK_CORRUPT',
    );
    expect(s2).toMatchObject({ file: 'msgs/1.blk', offset: 17 });
  });

  it('with a name that servers misread', async () => {
    const path = copyOf(ORDERS);
    renameSync(join(path, 'msgs/1.blk'), join(path, 'msgs/01.blk'));
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toContain('BLK_NAME_INVALID');
  });

  it('overwritten with zeros in the middle: all other records are kept', async () => {
    const path = copyOf(ORDERS);
    const records = recordsOf(readFileSync(join(path, 'msgs/1.blk')));
    const [from, to] = [records[50], records[55]];
    editFile(join(path, 'msgs/1.blk'), (bytes) => bytes.fill(0, from?.at, to?.at));
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['BLK_LENGTH_IMPLAUSIBLE']);
    expect(only(report.findings, 'BLK_LENGTH_IMPLAUSIBLE')).toMatchObject({
      offset: from?.at,
      length: (to?.at ?? 0) - (from?.at ?? 0),
    });
  });

  it('alone, with and without its stream name', async () => {
    const path = copyOf(ORDERS);
    const block = join(path, 'msgs/1.blk');
    expect((await verifyDamaged(block)).status).toBe('OK');
    const bare = join(copyOf(ORDERS), '../1.blk');
    copyFileSync(block, bare);
    const unnamed = await verifyDamaged(bare);
    expect(unnamed.status).toBe('UNKNOWN');
    expect(codesOf(unnamed)).toEqual(['BLK_NAME_UNKNOWN']);
    expect((await verifyDamaged(bare, { streams: ['ORDERS'] })).status).toBe('OK');
    expect(codesOf(await verifyDamaged(bare, { streams: ['OTHER'] }))).toEqual(['BLK_FOREIGN']);
  });
});

/** The last message record of ORDERS; only tombstones follow it. */
function lastMessage(path: string): ReturnType<typeof recordsOf>[number] {
  const records = recordsOf(readFileSync(join(path, 'msgs/1.blk')));
  return records.findLast((record) => record.seq >> 62n === 0n) as ReturnType<typeof recordsOf>[number];
}

function lastBlock(path: string): { name: string; path: string } {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const found = numbers.filter((number) => exists(join(path, `msgs/${number}.blk`))).at(-1);
  const name = `msgs/${found}.blk`;
  return { name, path: join(path, name) };
}

function exists(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
