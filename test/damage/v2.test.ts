import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/core/bytes/cursor.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';

import {
  codesOf,
  copyOf,
  editFile,
  expectFindings,
  flipBit,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';
import { framed, unframed } from '../support/frames.ts';

const BACKUP = '2.15.2-full/backups/$G/ORDERS';
const DATA = 'stream.tar.s2';

interface V2Entry {
  readonly at: number;
  readonly end: number;
  readonly seq: bigint;
  readonly name: string;
}

/** Where the entries of a decoded V2 archive lie, end mark included. */
function entriesOf(bytes: Buffer): V2Entry[] {
  const entries: V2Entry[] = [];
  for (let at = 8; at < bytes.length;) {
    const cursor = new Cursor(bytes, at);
    const nameBytes = cursor.count();
    cursor.varint();
    const seq = cursor.uvarint();
    const rest = cursor.count() + cursor.count();
    const name = bytes.subarray(cursor.offsetBytes, cursor.offsetBytes + nameBytes).toString();
    const end = cursor.offsetBytes + nameBytes + rest;
    entries.push({ at, end, seq, name });
    at = end;
  }
  return entries;
}

function edited(edit: (bytes: Buffer, entries: V2Entry[]) => Uint8Array): string {
  const path = copyOf(BACKUP);
  editFile(join(path, DATA), (file) => {
    const bytes = unframed(file);
    return framed(edit(bytes, entriesOf(bytes)));
  });
  return path;
}

function without(bytes: Buffer, entry: V2Entry | undefined): Buffer {
  return Buffer.concat([bytes.subarray(0, entry?.at), bytes.subarray(entry?.end)]);
}

describe('a V2 archive', () => {
  it('as it was written', async () => {
    const report = await verifyDamaged(edited((bytes) => bytes));
    expect(report.status).toBe('OK');
    expect(report.checked).toMatchObject({ streams: 1, messages: 163, consumers: 5 });
  });

  it('without its end mark', async () => {
    const report = await verifyDamaged(edited((bytes) => bytes.subarray(0, -5)));
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['V2_SENTINEL_MISSING']);
  });

  it('cut inside an entry', async () => {
    const report = await verifyDamaged(
      edited((bytes, entries) => bytes.subarray(0, (entries.at(-3)?.at ?? 0) + 40)),
    );
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['DECL_MESSAGES_FEWER', 'V2_CUT', 'V2_MESSAGES_DIFFER']);
  });

  it('with two messages exchanged', async () => {
    const path = edited((bytes, entries) => {
      const [one, two] = [entries.at(-3), entries.at(-2)];
      const [from, middle, to] = [one?.at, one?.end, two?.end];
      return Buffer.concat([
        bytes.subarray(0, from),
        bytes.subarray(middle, to),
        bytes.subarray(from, middle),
        bytes.subarray(to),
      ]);
    });
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toContain('V2_SEQUENCE_ORDER');
    const finding = report.findings.find((other) => other.code === 'V2_SEQUENCE_ORDER');
    expect(finding?.data?.['before']).toBeGreaterThan(finding?.seq ?? 0n);
  });

  it('of which nothing can be read: of a file that it never has nothing is said', async () => {
    for (const damage of [
      (bytes: Buffer) => bytes.fill(0xaa, 18, 60),
      (bytes: Buffer) => bytes.subarray(0, 20_000),
    ]) {
      const path = copyOf(BACKUP);
      editFile(join(path, DATA), damage);
      const codes = codesOf(await verifyDamaged(path));
      expect(codes.filter((code) => /^(META|TAR)_/.test(code))).toEqual([]);
      expect(codes).toContain('DECL_MESSAGES_FEWER');
      for (const command of ['cat', 'inspect']) {
        const { stdout, stderr, exit } = runCli([command, path]);
        expect(exit).toBe(3);
        expect(stdout + stderr).not.toMatch(/META_|TAR_|meta\.inf/);
      }
    }
  });

  it('with a consumer too few', async () => {
    const path = edited((bytes, entries) =>
      without(
        bytes,
        entries.find((entry) => entry.name.startsWith('consumers/')),
      ),
    );
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['V2_CONSUMER_MISSING']);
    expect(report.findings.find((finding) => finding.code === 'V2_CONSUMER_MISSING')?.data).toEqual({
      promised: 5,
      found: 4,
    });
  });

  it('with a message too few', async () => {
    const report = await verifyDamaged(edited((bytes, entries) => without(bytes, entries.at(-10))));
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report)).toEqual(['DECL_MESSAGES_FEWER', 'V2_MESSAGES_DIFFER']);
  });

  it('without state.json, or with one that is damaged', async () => {
    expect(codesOf(await verifyDamaged(edited((bytes, entries) => without(bytes, entries[0]))))).toContain(
      'V2_STATE_MISSING',
    );
    const damaged = edited((bytes, entries) => {
      bytes[(entries[0]?.end ?? 0) - 1] = 0x2c;
      return bytes;
    });
    expect(codesOf(await verifyDamaged(damaged))).toContain('V2_STATE_CORRUPT');
  });

  it('with a state.json that counts other bytes', async () => {
    const path = edited((bytes, entries) => {
      const end = entries[0]?.end ?? 0;
      return bytes.fill(
        bytes
          .subarray(0, end)
          .toString('latin1')
          .replace(/"bytes":136340/, '"bytes":136349'),
        0,
        end,
        'latin1',
      );
    });
    await expectFindings(path, 1, [
      {
        code: 'V2_STATE_DIFFERS',
        severity: 'warning',
        stream: 'ORDERS',
        file: 'stream.tar.s2:state.json',
        data: { declared_bytes: 136_349n, actual_bytes: 136_340 },
      },
    ]);
  });

  it('with a consumer that is no JSON', async () => {
    let name = '';
    const path = edited((bytes, entries) => {
      const consumer = entries.find((entry) => entry.name.startsWith('consumers/'));
      name = consumer?.name ?? '';
      bytes[(consumer?.end ?? 0) - 1] = 0x2c;
      return bytes;
    });
    await expectFindings(path, 2, [
      { code: 'V2_CONSUMER_CORRUPT', severity: 'critical', stream: 'ORDERS', file: `stream.tar.s2:${name}` },
      {
        code: 'DECL_CONSUMERS_FEWER',
        severity: 'info',
        file: 'backup.json',
        data: { declared: 5, actual: 4 },
      },
    ]);
  });

  it('with data behind its end', async () => {
    const report = await verifyDamaged(edited((bytes) => Buffer.concat([bytes, Buffer.from('more')])));
    expect(codesOf(report)).toEqual(['V2_TRAILING_DATA']);
    expect(report.status).toBe('WARNING');
  });

  it('with a bit flipped in a chunk', async () => {
    const path = copyOf(BACKUP);
    flipBit(join(path, DATA), 20_000, 6);
    const report = await verifyDamaged(path);
    expect(report.status).toBe('CRITICAL');
    expect(codesOf(report).some((code) => code.startsWith('S2_'))).toBe(true);
  });

  it('with lengths that cannot be', async () => {
    const path = copyOf(BACKUP);
    const entry = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 1, 0, 0]);
    const bytes = unframed(readFileSync(join(path, DATA)));
    const at = entriesOf(bytes).at(-2)?.at ?? 0;
    writeFileSync(
      join(path, DATA),
      framed(Buffer.concat([bytes.subarray(0, at), entry, bytes.subarray(at)])),
    );
    expect(codesOf(await verifyDamaged(path))).toContain('V2_ENTRY_CORRUPT');
  });
});

it('what damage took from a work queue is not explained by what was acknowledged', async () => {
  const path = copyOf('2.15.2-full/backups/$G/WQ');
  flipBit(join(path, DATA), Math.floor(readFileSync(join(path, DATA)).length / 2));
  const codes = codesOf(await verifyDamaged(path));
  expect(codes).toContain('DECL_MESSAGES_FEWER');
  expect(codes).not.toContain('DECL_MESSAGES_FEWER_EXPLAINED');
});

it('where the archive of another stream lies in the folder, what backup.json declares is lost', async () => {
  const path = copyOf('2.15.2-full/backups/$G/ORDERS');
  copyFileSync(join(copyOf('2.15.2-full/backups/$G/CONS'), DATA), join(path, DATA));
  const [verified, found] = (await verifyArchive(path, {})).streams;
  expect(verified).toMatchObject({ name: 'ORDERS', actual: null, lost_messages: 163n });
  expect(found).toMatchObject({ name: '', actual: { messages: 56 }, lost_messages: 0n });
  const refusal = /ORDERS: stream.tar.s2 is an archive of another stream, nothing of ORDERS is here/;
  const target = join(tempFolder(), 'out');
  await expect(repairArchive(path, { target, dryRun: true })).rejects.toThrow(refusal);
  const packed = runCli(['pack', path, '--out', target, '--dry-run']);
  expect(packed).toMatchObject({ exit: 1, stderr: expect.stringMatching(refusal) as string });
});
