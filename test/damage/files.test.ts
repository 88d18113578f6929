import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/findings/catalog/index.ts';
import { keyedSum } from '../../src/codec/highwayhash.ts';
import {
  CAPTURES,
  codesOf,
  copyOf,
  editFile,
  expectDamage,
  expectFindings,
  flipBit,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';
import { ROOT } from '../support/captures.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const WQ = '2.14.5-full/store/jetstream/$G/streams/WQ';
const OLD = '2.9.25-full/store/jetstream/$G/streams/ORDERS';

describe('configuration', () => {
  it('meta.inf edited', async () => {
    const path = copyOf(ORDERS);
    editFile(join(path, 'meta.inf'), (bytes) =>
      Buffer.from(bytes.toString().replace('"num_replicas":1', '"num_replicas":3')),
    );
    await expectDamage(path, 'CRITICAL', ['META_SUM_MISMATCH']);
  });

  it('meta.sum edited, or with a line end', async () => {
    for (const edit of [
      (text: string): string => text.replace(/^./, 'g'),
      (text: string): string => `${text}\n`,
      (text: string): string => text.toUpperCase(),
    ]) {
      const path = copyOf(ORDERS);
      editFile(join(path, 'meta.sum'), (bytes) => Buffer.from(edit(bytes.toString())));
      await expectDamage(path, 'CRITICAL', ['META_SUM_MISMATCH']);
    }
  });

  it('meta.inf or meta.sum missing, or no JSON', async () => {
    const noMeta = copyOf(ORDERS);
    rmSync(join(noMeta, 'meta.inf'));
    await expectDamage(noMeta, 'CRITICAL', ['META_MISSING']);
    const noSum = copyOf(ORDERS);
    rmSync(join(noSum, 'meta.sum'));
    await expectDamage(noSum, 'CRITICAL', ['META_SUM_MISSING']);
    const noJson = copyOf(ORDERS);
    writeFileSync(join(noJson, 'meta.inf'), '{"name":"ORD');
    await expectDamage(noJson, 'CRITICAL', ['META_CORRUPT']);
  });

  it('a value that no server takes, and a field that none knows, both with a sum that fits', async () => {
    const path = copyOf(ORDERS);
    editFile(join(path, 'meta.inf'), (bytes) =>
      Buffer.from(bytes.toString().replace('"retention":"limits"', '"retention":"forever","new_field":1')),
    );
    writeFileSync(
      join(path, 'meta.sum'),
      Buffer.from(keyedSum('ORDERS', readFileSync(join(path, 'meta.inf')))).toString('hex'),
    );
    await expectDamage(path, 'CRITICAL', ['CFG_FIELD_OFFLINE', 'CFG_SCHEMA_VIOLATION']);
  });

  it('a field of a consumer that none knows: the stream is not served', async () => {
    const path = copyOf('2.14.5-full/store');
    const consumer = join(path, 'jetstream/$G/streams/ORDERS/obs/NEW');
    editFile(join(consumer, 'meta.inf'), (bytes) =>
      Buffer.from(bytes.toString().replace('"durable_name"', '"d}rable_name"')),
    );
    const report = await verifyDamaged(path, { streams: ['ORDERS'] });
    expect({ status: report.status, codes: codesOf(report) }).toEqual({
      status: 'CRITICAL',
      codes: ['CFG_FIELD_OFFLINE', 'CON_SUM_MISMATCH'],
    });
    expect(report.findings.find(({ severity }) => severity === 'critical')).toMatchObject({
      consumer: 'NEW',
      data: { field: 'd}rable_name' },
    });
    // Of a store whose consumer had such a field 2.11.16 and 2.15.2 gave no state of the stream, 2.10.29 did.
    expect(report.streams[0]?.predictions.map(({ server, outcome }) => [server, outcome])).toEqual([
      ['2.9', 'whole'],
      ['2.10', 'whole'],
      ['2.11', 'absent'],
      ['2.12', 'absent'],
      ['2.14', 'absent'],
      ['2.15', 'absent'],
    ]);
    // Nothing is missing: a copy is whole, and a backup is restored without the field.
    const folder = tempFolder();
    const select = ['--stream', 'ORDERS', '--out'];
    expect(runCli(['pack', path, ...select, join(folder, 'backup')]).exit).toBe(0);
    expect(codesOf(await verifyDamaged(join(folder, 'backup')))).toEqual(['CFG_UNKNOWN_FIELD']);
    expect(runCli(['convert', path, '--to', 'store', ...select, join(folder, 'copy')]).exit).toBe(0);
    expect(codesOf(await verifyDamaged(join(folder, 'copy')))).toEqual(['CFG_FIELD_OFFLINE']);
    expect(runCli(['cat', path, '--stream', 'ORDERS', '-q']).exit).toBe(0);
  });

  it('the folder renamed by mv', async () => {
    const path = copyOf(ORDERS);
    const moved = join(path, '../COPY');
    renameSync(path, moved);
    await expectDamage(moved, 'CRITICAL', ['META_FOLDER_RENAMED']);
  });
});

describe('index.db', () => {
  const index = 'msgs/index.db';

  it('of before the last messages: stale, nothing is lost', async () => {
    const report = await verifyDamaged(copyOf('2.14.5-crash/store/jetstream/$G/streams/STALE'));
    expect(report.status).toBe('OK');
    expect(report.findings.map((finding) => [finding.code, finding.severity])).toEqual([
      ['IDX_STALE', 'info'],
    ]);
  });

  it('cut', async () => {
    const short = copyOf(ORDERS);
    truncateSync(join(short, index), 20);
    await expectDamage(short, 'WARNING', ['IDX_CUT']);
    const shorter = copyOf(ORDERS);
    truncateSync(join(shorter, index), 900);
    await expectDamage(shorter, 'WARNING', ['IDX_CHECKSUM_MISMATCH']);
  });

  it('with a flipped bit', async () => {
    const path = copyOf(ORDERS);
    flipBit(join(path, index), 200);
    await expectDamage(path, 'WARNING', ['IDX_CHECKSUM_MISMATCH']);
  });

  it('of a newer version, with a sum that fits', async () => {
    const path = copyOf(ORDERS);
    editFile(join(path, index), (bytes) => {
      bytes[1] = 9;
      bytes.set(keyedSum('ORDERS', bytes.subarray(0, -8)), bytes.length - 8);
      return bytes;
    });
    const report = await verifyDamaged(path);
    expect(codesOf(report)).toEqual(['IDX_VERSION_UNSUPPORTED']);
    expect(report.findings[0]).toMatchObject({ severity: 'warning', file: index, data: { version: 9 } });
  });

  it('missing', async () => {
    const path = copyOf(ORDERS);
    rmSync(join(path, index));
    const report = await verifyDamaged(path);
    expect(report.status).toBe('OK');
    expect(report.findings.map((finding) => finding.code)).toEqual(['IDX_MISSING']);
  });

  it('.idx and .fss of 2.9 cut', async () => {
    const path = copyOf(OLD);
    truncateSync(join(path, 'msgs/1.idx'), 7);
    await expectDamage(path, 'WARNING', ['BIX_CORRUPT']);
    const other = copyOf(OLD);
    truncateSync(join(other, 'msgs/1.fss'), 7);
    const report = await verifyDamaged(other);
    expect(report.findings.map((finding) => finding.code)).toContain('FSS_CORRUPT');
    expect(report.status).toBe('OK');
  });

  it('thw.db and sched.db cut', async () => {
    const path = copyOf('2.14.5-full/store/jetstream/$G/streams/SCHED');
    truncateSync(join(path, 'msgs/thw.db'), 16);
    truncateSync(join(path, 'msgs/sched.db'), 30);
    await expectDamage(path, 'WARNING', ['SCHED_CORRUPT', 'THW_CORRUPT']);
  });
});

describe('a consumer', () => {
  it('o.dat cut', async () => {
    const path = copyOf(ORDERS);
    truncateSync(join(path, 'obs/DISPATCH/o.dat'), 9);
    const report = await verifyDamaged(path);
    expect(codesOf(report)).toEqual(['CON_STATE_CORRUPT']);
    expect(report.findings[0]).toMatchObject({
      severity: 'critical',
      consumer: 'DISPATCH',
      file: 'obs/DISPATCH/o.dat',
    });
  });

  it.each([
    ['empty', '', ['2.9', '2.10', '2.11', '2.12', '2.14', '2.15']],
    ['broken', 'broken', ['2.9', '2.10']],
  ])('o.dat %s: what is explained is what is predicted of a start', async (_, content, comesUp) => {
    const path = copyOf(ORDERS);
    writeFileSync(join(path, 'obs/DISPATCH/o.dat'), content);
    const report = await verifyDamaged(path);
    expect(codesOf(report)).toEqual(['CON_STATE_CORRUPT']);
    const predictions = report.streams[0]?.predictions ?? [];
    const starts = predictions.filter(({ consumers }) => consumers.includes('DISPATCH'));
    expect(starts.map(({ server }) => server)).toEqual(comesUp);
    expect(CATALOG.CON_STATE_CORRUPT.consequence).toMatch(
      /^Where it is empty the consumer comes up all the same, .*; at a start 2\.9 and 2\.10 begin the consumer anew, or list it and do not serve it, 2\.11 to 2\.14 delete it, 2\.15 leaves it out\.$/,
    );
  });

  it('without o.dat has not begun', async () => {
    const path = copyOf(ORDERS);
    rmSync(join(path, 'obs/PUSH/o.dat'));
    await expectFindings(path, 0, [
      {
        code: 'CON_STATE_MISSING',
        severity: 'info',
        stream: 'ORDERS',
        consumer: 'PUSH',
        file: 'obs/PUSH',
      },
    ]);
  });

  it('positions that contradict each other, or pass the end of the stream', async () => {
    const path = copyOf(ORDERS);
    writeFileSync(join(path, 'obs/LOG/o.dat'), Buffer.from([22, 2, 9, 9, 5, 5, 0, 0]));
    writeFileSync(join(path, 'obs/NEW/o.dat'), Buffer.from([22, 2, 5, 5, 0xe8, 0x07, 0xe8, 0x07, 0, 0]));
    await expectDamage(path, 'CRITICAL', ['CON_AHEAD_OF_STREAM', 'CON_STATE_INCONSISTENT']);
  });

  it('files missing, folder renamed', async () => {
    const path = copyOf(ORDERS);
    rmSync(join(path, 'obs/LOG/meta.inf'));
    rmSync(join(path, 'obs/NEW/meta.sum'));
    rmSync(join(path, 'obs/PUSH/o.dat'));
    renameSync(join(path, 'obs/DISPATCH'), join(path, 'obs/OTHER'));
    await expectDamage(path, 'CRITICAL', [
      'CON_META_MISSING',
      'CON_NAME_MISMATCH',
      'CON_SUM_MISMATCH',
      'CON_SUM_MISSING',
    ]);
  });
});

describe('a folder', () => {
  it('with leftovers and strangers', async () => {
    const path = copyOf(WQ);
    writeFileSync(join(path, 'msgs/4.blk.tmp'), 'x');
    writeFileSync(join(path, 'meta.inf.tmp'), '');
    writeFileSync(join(path, 'notes.txt'), 'x');
    mkdirSync(join(path, '__msgs__'));
    await expectDamage(path, 'WARNING', ['DIR_LEFTOVER', 'DIR_PURGE_UNFINISHED', 'DIR_UNKNOWN_FILE']);
  });

  it('of a store with half-deleted streams and leftovers of a restore', async () => {
    const store = join(tempFolder(), 'store');
    mkdirSync(join(store, 'jetstream/$G/__snapshots__/snap-1'), { recursive: true });
    mkdirSync(join(store, 'jetstream/$G/streams/.GONE/msgs'), { recursive: true });
    await expectDamage(store, 'WARNING', ['DIR_SNAPSHOT_STAGING', 'DIR_STREAM_DELETED']);
  });

  it('of a store in which a stream was restored, which leaves an empty folder', async () => {
    const account = join(tempFolder(), 'store/jetstream/$G');
    cpSync(join(CAPTURES, WQ), join(account, 'streams/WQ'), { recursive: true });
    mkdirSync(join(account, '__snapshots__'));
    await expectDamage(join(account, '../..'), 'OK', []);
  });

  it('with one file that cannot be read: that stream is UNKNOWN, the others are verified', () => {
    const store = tempFolder();
    cpSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams'), store, { recursive: true });
    const files = readdirSync(store, { recursive: true, encoding: 'utf8' });
    for (const file of ['', ...files]) chmodSync(join(store, file), 0o755);
    chmodSync(join(store, 'WQ/msgs/1.blk'), 0o000);
    for (const name of readdirSync(store))
      if (name !== 'WQ' && name !== 'EDGE') rmSync(join(store, name), { recursive: true });
    const account = join(tempFolder(), 'streams');
    renameSync(store, account);
    chmodSync(join(account, '..'), 0o755);
    const run = runCli(['verify', account], undefined, process.getuid?.() === 0 ? 65534 : undefined);
    expect(run.exit).toBe(3);
    expect(run.stdout).toMatch(/EDGE +17 .* OK/);
    expect(run.stdout).toMatch(/WQ .* UNKNOWN/);
    expect(run.stdout).toMatch(/WQ\/msgs\/1\.blk: permission\s+denied; run as a user who may/);
  });

  it('without permission is UNKNOWN', () => {
    const path = copyOf(WQ);
    chmodSync(path, 0o000);
    // Root may read everything: then it is nobody who tries.
    const run = runCli(['verify', path], undefined, process.getuid?.() === 0 ? 65534 : undefined);
    chmodSync(path, 0o700);
    expect(run.exit).toBe(3);
    expect(run.stdout).toContain('SRC_UNREADABLE');
  });
});

describe('what is no archive', () => {
  it('20 MB of random bytes', async () => {
    const path = join(tempFolder(), 'random');
    writeFileSync(path, randomBytes(20_000_000));
    await expectDamage(path, 'UNKNOWN', ['SRC_UNRECOGNIZED']);
    expect(runCli(['verify', path]).exit).toBe(3);
  });

  it('an empty file, an empty folder, nothing at all', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'empty'), '');
    await expectDamage(join(folder, 'empty'), 'CRITICAL', ['SRC_EMPTY']);
    mkdirSync(join(folder, 'folder'));
    await expectDamage(join(folder, 'folder'), 'UNKNOWN', ['SRC_UNRECOGNIZED']);
    expect(runCli(['verify', join(folder, 'missing')]).exit).toBe(3);
    expect(runCli(['inspect', join(folder, 'missing')]).exit).toBe(1);
  });

  it('a folder around archives: it is told which they are', () => {
    const told = (path: string, words: RegExp): void => {
      const run = runCli(['inspect', path]);
      expect(run.stderr).toMatch(words);
      expect(run.exit).toBe(1);
    };
    const folder = tempFolder();
    const files = join(folder, 'streams');
    mkdirSync(files);
    for (const name of ['A.tgz', 'B.tgz'])
      runCli(['convert', join(ROOT, 'testdata/backups/ORDERS'), '--to', 'tgz', '--out', join(files, name)]);
    told(files, /known; in it are A\.tgz \(snapshot\), B\.tgz \(snapshot\): give the path of one$/m);
    told(folder, /in it are streams\/A\.tgz \(snapshot\), streams\/B\.tgz/);
    told(
      join(CAPTURES, '2.2.0-legacy/backups'),
      /in it are backup-config \(configuration backup\), streams\/BLOCKS-nocon/,
    );
    told(join(CAPTURES, '2.14.5-crash'), /in it are store \(store\): give/);
    const report = JSON.parse(runCli(['verify', files, '--json']).stdout) as object;
    expect(report).toMatchObject({
      status: 'UNKNOWN',
      findings: [{ code: 'SRC_UNRECOGNIZED', data: { holds: 'A.tgz (snapshot), B.tgz (snapshot)' } }],
    });
  });
});
