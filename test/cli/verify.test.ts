import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sequencesText } from '../../src/report/sequences-text.ts';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const DAMAGED = join(CAPTURES, '2.10.29-full/store');
const ENCRYPTED = join(CAPTURES, '2.14.5-enc-chacha/store');

describe('verify', () => {
  it('prints what it found, and where', () => {
    const { stdout, stderr } = runCli(['verify', DAMAGED, '--stream', 'COMPERASE']);
    expect(stderr).toBe('');
    expect(stdout).toContain('CRITICAL S2_CHUNK_CORRUPT: An S2 chunk cannot be decoded');
    expect(stdout).toContain(
      '$G/COMPERASE jetstream/$G/streams/COMPERASE/msgs/1.blk, offset 17, 10,940 bytes',
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'CRITICAL: 1 stream, 3 blocks, 51 messages, 0 consumers, 46 KiB checked; 37 messages lost, 12 of which repair saves, 4 critical findings',
    );
  });

  it('--check prints one line', () => {
    const { stdout } = runCli(['verify', '--check', ORDERS]);
    expect(stdout).toMatch(
      /^VERIFY OK - 1 stream, 1 block, 163 messages, 5 consumers, 53 KiB checked \| streams=1 blocks=1 messages=163 [^\n]*\n$/,
    );
  });

  it('--format prometheus and junit', () => {
    const metrics = runCli(['verify', '--format', 'prometheus', DAMAGED]).stdout;
    expect(metrics).toMatch(/^natsarc_verify_status\{source="[^"]+"\} 2$/m);
    expect(metrics).toMatch(
      /^natsarc_verify_findings\{source="[^"]+",code="S2_CHUNK_CORRUPT",severity="critical"\} 1$/m,
    );
    const xml = runCli(['verify', '--format', 'junit', DAMAGED]).stdout;
    expect(xml).toContain('<testsuite name="$G/COMPERASE" tests="2" failures="2">');
    expect(xml).toContain('<failure type="S2_CHUNK_CORRUPT"');
    expect(runCli(['verify', '--format', 'junit', ENCRYPTED]).stdout).toContain(
      '<failure type="ENC_KEY_REQUIRED"',
    );
  });

  it('--format prometheus and junit name what cannot be opened', () => {
    const metrics = runCli(['verify', '--format', 'prometheus', '/nowhere']).stdout;
    expect(metrics).toMatch(/^natsarc_verify_status\{source="\/nowhere"\} 3$/m);
    expect(metrics).not.toContain('source=""');
    const xml = runCli(['verify', '--format', 'junit', '/nowhere']).stdout;
    expect(xml).toContain('<testsuite name="/nowhere" tests="1" failures="1">');
    expect(xml).toContain('<testcase classname="/nowhere" name="SRC">');
  });

  it('--outfile is written whole, and nothing is left beside it', () => {
    const folder = tempFolder();
    const run = runCli(['verify', '--json', '--outfile', join(folder, 'report.json'), ORDERS]);
    expect(run).toMatchObject({ exit: 0, stdout: '' });
    expect(readdirSync(folder)).toEqual(['report.json']);
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({ status: 'OK' });
    expect(runCli(['verify', '--outfile', join(folder, 'none/report'), ORDERS]).exit).toBe(3);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('--quiet leaves the exit code', () => {
    expect(runCli(['verify', '-q', DAMAGED])).toEqual({ exit: 2, stdout: '', stderr: '' });
  });
});

it('a stream without a message has no range of sequences, and a folder is named as its stream', () => {
  const streams = join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams');
  expect(runCli(['verify', join(streams, 'EMPTY')]).stdout).toMatch(/ EMPTY +0 +0 B +- +0 +OK\n/);
  expect(runCli(['preflight', join(CAPTURES, '2.14.5-full/store')]).stdout).toMatch(/ EMPTY +0 +- /);
  expect(sequencesText({ messages: 0n, first_seq: 173n, last_seq: 172n })).toBe('none, last 172');
  expect(sequencesText({ messages: 2, first_seq: 2n, last_seq: 172n })).toBe('2-172');
  const renamed = join(tempFolder(), 'RENAMED');
  cpSync(join(streams, 'ORDERS'), renamed, { recursive: true });
  expect(runCli(['verify', renamed]).stdout).toMatch(/\n {4}\S*ORDERS \(folder RENAMED, name ORDERS\)\n/);
  expect(runCli(['cat', renamed]).stderr).toBe(
    "natsarc: META_FOLDER_RENAMED: The stream's folder was renamed (ORDERS)\n",
  );
  expect(runCli(['verify', renamed, '--format', 'nagios']).stdout).toContain(
    'META_FOLDER_RENAMED in ORDERS; 1 stream',
  );
  rmSync(join(renamed, 'meta.inf'));
  const run = runCli(['pack', renamed, '--out', join(tempFolder(), 'out')]);
  expect(run.stderr).toMatch(/^natsarc: RENAMED: no configuration \(meta\.inf, backup\.json\) can be read/);
});

it('texts of a damaged stream: where, and nothing that is not known', () => {
  const stream = join(tempFolder(), 'ORDERS');
  cpSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/ORDERS'), stream, { recursive: true });
  const told = runCli(['verify', DAMAGED, '--stream', 'COMPERASE']).stdout;
  expect(told).toContain('(seq\n      before 74)');
  expect(told).not.toMatch(/seq\s+(before|after)\s+0\b/);
  writeFileSync(join(stream, 'meta.inf'), '');
  expect(runCli(['cat', stream, '--limit', '1']).stderr).toContain(
    'natsarc: META_CORRUPT: meta.inf cannot be read (meta.inf): it is empty\n',
  );
  expect(runCli(['pack', stream, '--out', join(tempFolder(), 'out')]).stderr).toContain(
    'can be read: give --config; natsarc repair makes one of what is left\n',
  );
});

it('a store opened at each of its folders', () => {
  const folder = tempFolder();
  cpSync(join(CAPTURES, '2.14.5-full/store'), folder, { recursive: true });
  for (const [path, kind] of [
    ['', 'store'],
    ['jetstream', 'store'],
    ['jetstream/$G', 'account-store'],
    ['jetstream/$G/streams/ORDERS', 'stream-store'],
  ] as const) {
    const report = JSON.parse(
      runCli(['inspect', join(folder, path), '--json', '--stream', 'ORDERS']).stdout,
    ) as { source: { kind: string }; accounts: { name: string }[] };
    expect(report.source.kind).toBe(kind);
  }
});

it('a folder called streams may hold streams or backups; a raft group is neither', () => {
  const kindOf = (path: string): unknown =>
    (JSON.parse(runCli(['inspect', path, '--json']).stdout) as { source?: { kind: string } }).source?.kind;
  expect(kindOf(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams'))).toBe('account-store');
  expect(kindOf(join(CAPTURES, '2.6.1-legacy/backups/streams'))).toBe('account-backup');
  const raft = join(tempFolder(), 'S-R3F-abcdefgh');
  cpSync(join(CAPTURES, '2.14.5-full/store/jetstream/$G/streams/WQ'), raft, { recursive: true });
  cpSync(join(raft, 'meta.sum'), join(raft, 'peers.idx'));
  expect(runCli(['verify', raft]).exit).toBe(3);
});
