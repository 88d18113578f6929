import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/findings/catalog/index.ts';
import { VERSION } from '../../src/core/version.ts';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, copyOf, tempFolder, treeSum } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const DAMAGED = join(CAPTURES, '2.10.29-full/store');
const SETTINGS = join(CAPTURES, '2.14.5-full/backups/$G/KV_settings');
const OTHER_ORDERS = join(CAPTURES, '2.15.2-full/backups/$G/ORDERS');
const ENCRYPTED = join(CAPTURES, '2.14.5-enc-chacha/store');

describe('exit codes', () => {
  const cases: readonly (readonly [string, readonly string[], number])[] = [
    ['verify OK', ['verify', ORDERS], 0],
    ['verify WARNING', ['verify', join(CAPTURES, '2.14.5-full/account-backup/$G')], 1],
    ['verify WARNING made critical', ['verify', '-w', join(CAPTURES, '2.14.5-full/account-backup/$G')], 2],
    ['verify CRITICAL', ['verify', DAMAGED], 2],
    ['verify UNKNOWN', ['verify', ENCRYPTED], 3],
    ['verify what is not there', ['verify', '/nowhere'], 3],
    ['verify, used wrongly', ['verify'], 3],
    ['verify as two documents', ['verify', '--json', '--format', 'nagios', ORDERS], 3],
    ['verify for prometheus', ['verify', '--format', 'prometheus', DAMAGED], 0],
    ['preflight OK', ['preflight', join(CAPTURES, '2.14.5-full/store')], 0],
    ['preflight WARNING', ['preflight', join(CAPTURES, '2.9.25-full/store')], 1],
    ['preflight WARNING made critical', ['preflight', '-w', join(CAPTURES, '2.9.25-full/store')], 2],
    ['preflight CRITICAL', ['preflight', DAMAGED], 2],
    ['preflight UNKNOWN', ['preflight', ENCRYPTED], 3],
    ['preflight what is not there', ['preflight', '/nowhere'], 3],
    ['preflight a backup', ['preflight', ORDERS], 3],
    ['preflight for no such server', ['preflight', DAMAGED, '--server-version', '2.13'], 3],
    ['inspect', ['inspect', ORDERS], 0],
    ['inspect damaged', ['inspect', '--deep', DAMAGED], 3],
    ['inspect what is not there', ['inspect', '/nowhere'], 1],
    ['inspect an archive called verify', ['inspect', 'verify'], 1],
    ['cat', ['cat', ORDERS, '--limit', '1'], 0],
    ['cat damaged', ['cat', DAMAGED, '--stream', 'COMPERASE'], 3],
    ['cat encrypted', ['cat', ENCRYPTED], 3],
    ['a stream that is not there', ['inspect', ORDERS, '--stream', 'NONE'], 2],
    ['an unknown command', ['verfy', ORDERS], 2],
    ['an unknown option', ['inspect', ORDERS, '--dep'], 2],
    ['a key that is not used', ['cat', ENCRYPTED, '--key-file', 'key'], 2],
    ['a previous key that is not used', ['inspect', ENCRYPTED, '--prev-key-file', 'key'], 2],
    ['verify with a key', ['verify', ENCRYPTED, '--key-file', 'key'], 3],
    ['a bad sequence', ['cat', ORDERS, '--seq', 'x'], 2],
    ['a bad time', ['cat', ORDERS, '--after', '2026-02-30T00:00:00Z'], 2],
    ['a bad regular expression', ['cat', ORDERS, '--grep', '('], 2],
    ['a header without a name', ['cat', ORDERS, '--header', '=x'], 2],
    ['no messages of each subject', ['cat', ORDERS, '--last-per-subject', '0'], 2],
    ['keys of a stream that is no bucket', ['cat', ORDERS, '--kv'], 2],
    ['a history of messages', ['cat', ORDERS, '--history'], 2],
    ['keys by payload', ['cat', SETTINGS, '--kv', '--grep', 'x'], 2],
    ['export', ['export', ORDERS, '--to', 'ndjson', '--limit', '1'], 0],
    ['export damaged', ['export', DAMAGED, '--stream', 'COMPERASE', '--to', 'json'], 3],
    ['export several streams', ['export', DAMAGED, '--to', 'json'], 2],
    ['export to nothing', ['export', ORDERS], 2],
    ['diff of the same', ['diff', ORDERS, ORDERS], 0],
    ['diff of different archives', ['diff', ORDERS, OTHER_ORDERS], 1],
    ['diff of damaged archives', ['diff', DAMAGED, DAMAGED], 2],
    ['diff of encrypted archives', ['diff', ENCRYPTED, ENCRYPTED], 2],
    ['diff with nothing', ['diff', ORDERS, '/nowhere'], 2],
    ['diff of one', ['diff', ORDERS], 2],
    ['diff of different streams', ['diff', ORDERS, SETTINGS], 2],
    ['diff of a stream that neither holds', ['diff', ORDERS, ORDERS, '--stream', 'NONE'], 2],
    ['diff with a name that B does not hold', ['diff', ORDERS, ORDERS, '--as', 'NONE'], 2],
    ['diff under a name, of several streams', ['diff', DAMAGED, ORDERS, '--as', 'ORDERS'], 2],
    ['diff with half a mapping', ['diff', ORDERS, ORDERS, '--map-subject', 'orders.>'], 2],
    ['diff with a mapping that loses a token', ['diff', ORDERS, ORDERS, '--map-subject', 'a.*=b'], 2],
    ['diff showing too much', ['diff', ORDERS, ORDERS, '--show', '1001'], 2],
    ['diff of three replicas', ['diff', ORDERS, ORDERS, ORDERS], 0],
    ['diff of three, one of another kind', ['diff', ORDERS, ORDERS, OTHER_ORDERS], 1],
    ['diff of three, one not there', ['diff', ORDERS, ORDERS, '/nowhere'], 2],
    ['diff of three under a name', ['diff', ORDERS, ORDERS, ORDERS, '--as', 'X'], 2],
    ['diff of standard input with itself', ['diff', '-', '-'], 2],
    ['an unknown code', ['explain', 'BLK_CHECKSUM'], 2],
    ['checks', ['checks'], 0],
    ['no command', [], 2],
  ];
  for (const [name, args, exit] of cases)
    it(`${name}: ${exit}`, () => {
      const before = treeSum(CAPTURES);
      const run = runCli(args);
      expect({ exit: run.exit, stderr: run.stderr }).toMatchObject({ exit });
      expect(run.stderr).not.toContain('    at ');
      expect(treeSum(CAPTURES)).toBe(before);
    });
});

describe('verify', () => {
  it('prints what it found, and where', () => {
    const { stdout, stderr } = runCli(['verify', DAMAGED, '--stream', 'COMPERASE']);
    expect(stderr).toBe('');
    expect(stdout).toContain('CRITICAL S2_CHUNK_CORRUPT: An S2 chunk cannot be decoded');
    expect(stdout).toContain(
      '$G/COMPERASE jetstream/$G/streams/COMPERASE/msgs/1.blk, offset 17, 10,940 bytes',
    );
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      'CRITICAL: 1 stream, 3 blocks, 51 messages, 0 consumers, 46 KiB checked; 37 messages lost, 4 critical findings',
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

describe('diff', () => {
  it('says that nothing differs, and what cannot be compared', () => {
    const { stdout, stderr } = runCli([
      'diff',
      OTHER_ORDERS,
      join(CAPTURES, '2.15.2-full/store'),
      '--stream',
      'ORDERS',
    ]);
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(2)).toEqual([
      '',
      'not comparable: created, consumers.created, consumers.memory',
      'same: 1 stream, 163 messages',
      '',
    ]);
  });

  it('reads like a diff', () => {
    const lines = runCli(['diff', ORDERS, OTHER_ORDERS, '--show', '1']).stdout.split('\n');
    expect(lines[0]).toBe(`--- ${ORDERS} (stream-backup, V1 snapshot)`);
    expect(lines[1]).toBe(`+++ ${OTHER_ORDERS} (stream-backup, V2 snapshot)`);
    expect(lines.slice(2, 7)).toEqual([
      '',
      '@@ ORDERS @@',
      '  state',
      '-   first_ts: 2026-11-21T00:03:51.375804289Z',
      '+   first_ts: 2026-11-21T00:15:07.57884082Z',
    ]);
    const at = lines.indexOf('  messages: 0 same, 163 changed');
    expect(lines.slice(at + 1, at + 3)).toEqual([
      '!   2 orders.paid.ap-south.29: time',
      '!   5 orders.held.sa-east.32: time',
    ]);
    const shown = lines.indexOf('  message 2');
    expect(lines.slice(shown + 1, shown + 4)).toEqual([
      '-   orders.paid.ap-south.29 2026-11-21T00:03:51.375804289Z',
      '-   header, 86 bytes: NATS/1.0\\x0d\\x0aNats-Msg-Id: 1b0fa9a0b385d3ce\\x0d\\x0aX-Trace:…',
      '-   payload, 872 bytes: {"schema":"com.example.orders.v3","order_id":"ord_6e766c27d3d…',
    ]);
    expect(lines.slice(-3)).toEqual([
      'not comparable: created, consumers.created, consumers.memory',
      'different: 1 of 1 stream',
      '',
    ]);
    expect(Math.max(...lines.slice(2).map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('--stat gives a line a stream', () => {
    const { stdout } = runCli(['diff', ORDERS, join(CAPTURES, '2.14.5-full/store'), '--stat']);
    expect(stdout).toMatch(/^\$G\/EDGE +0 +0 +17 +0 +only B +- +-$/m);
    expect(stdout).toMatch(/^\$G\/ORDERS +163 +0 +0 +0 +0 +0 +0$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('different: 12 of 13 streams');
  });

  it('shows three replicas side by side', () => {
    const { stdout } = runCli(['diff', ORDERS, OTHER_ORDERS, ORDERS]);
    expect(stdout.split('\n').slice(2)).toEqual([
      `C: ${ORDERS} (stream-backup)`,
      '',
      'Stream  A     B                                 C     Majority',
      '──────  ────  ────────────────────────────────  ────  ────────',
      'ORDERS  same  diverged at 2 (consumers differ)  same  A C',
      '',
      'different: 1 of 1 stream',
      '',
    ]);
  });

  it('does not call the same what it could not read', () => {
    const unread = 'created, config, state, messages, consumers';
    const { stdout } = runCli(['diff', ENCRYPTED, ENCRYPTED, '--stream', 'ORDERS']);
    expect(stdout.split('\n').slice(2)).toEqual([
      '',
      '@@ $G/ORDERS @@',
      `  not compared, A and B cannot be read: ${unread}`,
      '',
      'not compared: 1 of 1 stream',
      '',
    ]);
    const PLAIN = join(CAPTURES, '2.14.5-full/store');
    const oneSide = runCli(['diff', PLAIN, ENCRYPTED]).stdout;
    expect(oneSide).toContain(`@@ $G/ORDERS @@\n  not compared, B cannot be read: ${unread}\n`);
    expect(oneSide.trimEnd().split('\n').at(-1)).toMatch(
      /^different: 11 of 13 streams, as far as both could be read; not compared: 2 of 13 streams$/,
    );
    const stat = runCli(['diff', ENCRYPTED, ENCRYPTED, '--stat']).stdout;
    expect(stat).toMatch(/^\$G\/ORDERS +- +- +- +- +- +- +-$/m);
    expect(stat).not.toContain('same:');
    const report = JSON.parse(runCli(['diff', PLAIN, ENCRYPTED, '--stream', 'TTL', '--json']).stdout) as {
      same: boolean;
      streams: object[];
    };
    expect(report).toMatchObject({ same: false, streams: [{ same: false, unreadable_in: ['b'] }] });
    expect(runCli(['diff', ENCRYPTED, ENCRYPTED, ENCRYPTED]).stdout).toMatch(
      /\nnot compared: 2 of 2 streams\n$/,
    );
  });

  it('tells on standard error what is damaged, and in which side', () => {
    const { stdout, stderr } = runCli(['diff', DAMAGED, DAMAGED, '--stream', 'COMPERASE']);
    expect(stderr).toMatch(/^natsarc: A: S2_CHUNK_CORRUPT: [^\n]+\n/);
    expect(stderr).toContain('natsarc: B: S2_CHUNK_CORRUPT: ');
    expect(stdout).toContain('same: 1 stream, 51 messages, as far as both could be read\n');
  });
});

describe('cat', () => {
  const seqs = (...args: string[]): number[] =>
    runCli(['cat', ORDERS, ...args])
      .stdout.split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { seq: number }).seq);

  it('selects by sequence, subject, time and number', () => {
    expect(seqs('--seq', '10')).toEqual([10]);
    expect(seqs('--seq', '7')).toEqual([]);
    expect(seqs('--min-seq', '5', '--max-seq', '9')).toEqual([5, 6, 8, 9]);
    expect(seqs('--limit', '3')).toEqual([2, 5, 6]);
    expect(seqs('--subject', 'orders.created.>', '--limit', '1')).toEqual([10]);
    expect(seqs('--before', '2020-01-01T00:00:00Z')).toEqual([]);
    expect(seqs('--after', '2020-01-01T00:00:00Z')).toHaveLength(163);
    expect(
      seqs('--after', '2026-11-21T00:03:51.377364797Z', '--before', '2026-11-21T00:03:51.377364797Z'),
    ).toEqual([10]);
  });

  it('says so where nothing fits', () => {
    const none = ['cat', ORDERS, '--seq', '7'];
    expect(runCli(none)).toEqual({ exit: 0, stdout: '', stderr: 'natsarc: no message fits the filters\n' });
    expect(runCli([...none, '--quiet'])).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(runCli([...none, '--text', '--grep', 'x']).stderr).toBe('natsarc: no message fits the filters\n');
    expect(runCli(['cat', ENCRYPTED, '--seq', '7']).stderr).not.toContain('no message fits');
    const empty = join(CAPTURES, '2.14.5-full/store');
    expect(runCli(['cat', empty, '--stream', 'EMPTY']).stderr).toBe('');
  });

  it('names the stream of each line where several are selected, and only there', () => {
    const store = join(CAPTURES, '2.14.5-full/store');
    const named = (...args: string[]): string[] => [
      ...new Set(
        runCli(['cat', ...args])
          .stdout.trimEnd()
          .split('\n')
          .map((line) => {
            const { account, stream } = JSON.parse(line) as { account?: string; stream?: string };
            return `${account ?? '-'}/${stream ?? '-'}`;
          }),
      ),
    ];
    expect(named(store, '--stream', 'ORDERS', '--stream', 'WQ')).toEqual(['$G/ORDERS', '$G/WQ']);
    expect(named(store, '--stream', 'O*', '--stream', 'EMPTY')).toEqual(['$G/ORDERS']);
    expect(named(store, '--stream', 'ORDERS')).toEqual(['-/-']);
    expect(named(ORDERS, '--text')).toEqual(['-/-']);
    const backups = join(CAPTURES, '2.14.5-full/backups/$G');
    expect(named(backups, '--text', '--stream', 'ORDERS', '--stream', 'WQ')).toEqual(['-/ORDERS', '-/WQ']);
  });

  it('selects by header, payload and newest of each subject', () => {
    expect(seqs('--header', 'X-Trace', '--limit', '3')).toEqual([2, 6, 8]);
    expect(seqs('--header', 'x-trace')).toEqual([]);
    expect(seqs('--header', 'Nats-Msg-Id=391d47', '--header', 'X-Trace')).toEqual([]);
    expect(seqs('--header', 'Nats-Msg-Id=391dd47f4e01795d', '--header', 'X-Trace')).toEqual([6]);
    expect(seqs('--grep', '"order_id":"ord_(6e766c27d3d9|8c369d2cf47d)"')).toEqual([2, 6]);
    expect(seqs('--last-per-subject', '1')).toHaveLength(157);
    expect(seqs('--last-per-subject', '1', '--limit', '2')).toHaveLength(2);
  });

  it('gives payloads as they are', () => {
    const raw = runCli(['cat', ORDERS, '--seq', '10', '--raw']).stdout;
    const line = JSON.parse(runCli(['cat', ORDERS, '--seq', '10', '--text']).stdout) as {
      text: string;
      data: string;
      headers: object;
    };
    expect(raw).toBe(line.text);
    expect(Buffer.from(line.data, 'base64').toString()).toBe(raw);
    expect(Object.keys(line.headers)).toEqual(['Nats-Msg-Id', 'X-Trace']);
  });

  it('--kv --text shows a bucket as a table', () => {
    const lines = runCli(['cat', SETTINGS, '--kv', '--text', '--min-seq', '59']).stdout.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'Bucket settings',
      '',
      'Key                             Revision  Operation  Time                 Value',
    ]);
    expect(lines.slice(4)).toEqual([
      'indigo.price.k0                       59  PUT        2026-11-21 00:03:55  anchor shipped violet hel…',
      'cobalt.price.k4                       61  DEL        2026-11-21 00:03:55',
      'anchor.stock.k2                       62  PURGE      2026-11-21 00:03:55',
      'cobalt.stock.k4                       64  PUT        2026-11-21 00:03:55  back again',
      'anchor.price.k2                       65  PUT        2026-11-21 00:03:55  created over a delete mar…',
      '',
    ]);
  });

  it('ends quietly when its reader is gone', () => {
    const command = `'${process.execPath}' '${join(ROOT, 'bin/natsarc.js')}' cat '${ORDERS}' | head -1`;
    const done = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    expect(done.stdout.split('\n')).toHaveLength(2);
  });
});

describe('export', () => {
  it('--out is written whole, is the same each time, and replaces nothing', () => {
    const folder = tempFolder();
    const file = join(folder, 'orders.json');
    const run = (): ReturnType<typeof runCli> => runCli(['export', ORDERS, '--to', 'json', '--out', file]);
    expect(run()).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(readdirSync(folder)).toEqual(['orders.json']);
    expect(readFileSync(file, 'utf8')).toBe(runCli(['export', ORDERS, '--to', 'json']).stdout);
    expect(run()).toMatchObject({ exit: 2, stderr: expect.stringContaining('is there already') as string });
    expect(runCli(['export', '/nowhere', '--to', 'json', '--out', `${file}2`]).exit).toBe(1);
    expect(readdirSync(folder)).toEqual(['orders.json']);
  });
});

describe('what a person sees', () => {
  it('escapes what could steer a terminal', () => {
    const path = copyOf('2.14.5-full/store/jetstream/$G/streams/ORDERS');
    renameSync(join(path, 'obs/LOG'), join(path, 'obs/\u001b[2JLOG\u202e'));
    const run = runCli(['inspect', path]);
    expect(run.stdout).not.toContain('\u001b');
    expect(run.stdout).toContain('\\x1b[2JLOG\\u202e');
  });

  it('fits 100 columns', () => {
    for (const capture of readdirSync(CAPTURES))
      for (const args of [['inspect'], ['inspect', '--deep', '--blocks', '--gaps', '--subjects']]) {
        const path = ['store', 'backups/streams/ORDERS.tgz']
          .map((name) => join(CAPTURES, capture, name))
          .find((name) => existsSync(name));
        if (path === undefined) continue;
        const wide = runCli([...args, path])
          .stdout.split('\n')
          .slice(1)
          .filter((line) => Array.from(line).length > 100);
        expect(wide, `${args.join(' ')} ${capture}`).toEqual([]);
      }
  });

  it('help tells commands, options and exit codes', () => {
    const help = runCli(['--help']).stdout;
    for (const command of ['inspect', 'verify', 'cat', 'export', 'checks', 'explain']) {
      expect(help).toContain(`natsarc ${command}`);
      expect(runCli([command, '--help']).stdout).toContain('EXIT STATUS');
    }
    expect(runCli(['--version']).stdout.trim()).toBe(VERSION);
    expect(
      (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    ).toBe(VERSION);
  });

  it('explain tells every code', () => {
    for (const entry of Object.values(CATALOG)) {
      for (const text of [entry.meaning, entry.consequence, entry.advice]) expect(text).toMatch(/\.$/);
      expect(entry.title).not.toMatch(/\.$/);
    }
    expect(runCli(['explain', 'blk_checksum_mismatch']).stdout).toContain('are not covered by it');
    expect(runCli(['explain', 'BLK_CHECKSUM']).stderr).toContain('BLK_CHECKSUM_MISMATCH');
  });

  it('no progress in a pipe', () => {
    expect(runCli(['verify', DAMAGED]).stderr).toBe('');
    expect(runCli(['verify', '--no-progress', ORDERS]).stderr).toBe('');
  });
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
