import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';
import { damageMessage } from '../support/damaged-copies.ts';
import { runCli } from '../support/run-cli.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const STORE = join(CAPTURES, '2.14.5-full/store');
const SETTINGS = join(CAPTURES, '2.14.5-full/backups/$G/KV_settings');
const ENCRYPTED = join(CAPTURES, '2.14.5-enc-chacha/store');

const folder = mkdtempSync(join(tmpdir(), 'natsarc-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);
const [NOTES, EMPTY_FILE, EMPTY_FOLDER] = [path('notes.txt'), path('empty'), path('folder')];
writeFileSync(NOTES, 'nothing of the kind');
writeFileSync(EMPTY_FILE, '');
mkdirSync(EMPTY_FOLDER);
const THERE = path('there');
writeFileSync(THERE, 'kept');
const FULL = path('full');
mkdirSync(FULL);
writeFileSync(join(FULL, 'kept'), 'kept');
const EXPORT = path('orders.json');
const LINES = path('orders.ndjson');
writeFileSync(EXPORT, runCli(['export', ORDERS, '--to', 'json']).stdout);
writeFileSync(LINES, runCli(['export', ORDERS, '--to', 'ndjson']).stdout);
const CUT = path('cut.json');
writeFileSync(CUT, readFileSync(EXPORT).subarray(0, 3000));
const SHORT = path('short.ndjson');
writeFileSync(SHORT, `${readFileSync(LINES, 'utf8').split('\n').slice(0, 20).join('\n')}\n`);
const WRONG = path('wrong.json');
writeFileSync(WRONG, readFileSync(EXPORT, 'utf8').replace('"seq":10,', '"seq":"ten",'));

/** Arguments, exit code, and all that standard error says; of usage errors without the line that points to the help. */
type Case = readonly [args: readonly string[], exit: number, message: string];

const UNKNOWN = 'Not a form of JetStream data that is known';
const noTime = (flag: string, text: string): string =>
  `--${flag} takes a time such as 2026-11-21T14:05:00Z or an age such as 2h, not ${text}`;
const OUT = ['--out', path('out')] as const;

/** What every command that filters messages says. */
function filterCases(command: readonly string[], end: readonly string[]): Case[] {
  const withFilter = (...filter: string[]): string[] => [...command, ...filter, ...end];
  return [
    [withFilter('--after', 'yesterday'), 2, noTime('after', 'yesterday')],
    [withFilter('--before', '2026-11-21'), 2, noTime('before', '2026-11-21')],
    [withFilter('--before', '2026-02-30T00:00:00Z'), 2, noTime('before', '2026-02-30T00:00:00Z')],
    [withFilter('--after=-2h'), 2, noTime('after', '-2h')],
    [
      withFilter('--after', '1h', '--before', '2h'),
      2,
      '--after is later than --before: no time lies between',
    ],
    [
      withFilter('--min-seq', '10', '--max-seq', '5'),
      2,
      'no sequence lies between --min-seq 10 and --max-seq 5',
    ],
    [withFilter('--min-seq=-1'), 2, '--min-seq takes a sequence, not -1'],
    [withFilter('--max-seq', '1.5'), 2, '--max-seq takes a sequence, not 1.5'],
    [withFilter('--seq', '1'.repeat(21)), 2, `--seq takes a sequence, not ${'1'.repeat(21)}`],
    [
      withFilter('--seq', '5', '--max-seq', '9'),
      2,
      '--seq is one sequence, --min-seq and --max-seq are a range: give one or the other',
    ],
    [withFilter('--subject', 'a..b'), 2, "--subject 'a..b' is no subject"],
    [withFilter('--limit', '0'), 2, '--limit takes a number from 1 on'],
    [withFilter('--last-per-subject', 'x'), 2, '--last-per-subject takes a number from 1 on'],
    [withFilter('--header', '=x'), 2, '--header takes NAME or NAME=VALUE, not =x'],
    [
      withFilter('--stream', 'NONE'),
      2,
      `no stream in ${ORDERS} fits the selection stream NONE; it holds ORDERS`,
    ],
    [withFilter('--bogus'), 2, 'there is no flag --bogus'],
    [withFilter('--max-sequence', '3'), 2, 'there is no flag --max-sequence: did you mean --max-seq?'],
  ];
}

/** What every command that opens an archive says of one that it cannot. */
function sourceCases(argsOf: (archive: string) => readonly string[], exit: number): Case[] {
  return [
    [argsOf('/nowhere'), exit, '/nowhere: there is no such file or folder'],
    [argsOf(NOTES), exit, `${NOTES}: ${UNKNOWN}`],
    [argsOf(EMPTY_FILE), exit, `${EMPTY_FILE}: The archive file is empty`],
    [argsOf(EMPTY_FOLDER), exit, `${EMPTY_FOLDER}: ${UNKNOWN}`],
  ];
}

const CASES: Readonly<Record<string, readonly Case[]>> = {
  diff: [
    ...sourceCases((archive) => ['diff', archive, ORDERS], 2),
    ...sourceCases((archive) => ['diff', ORDERS, archive], 2),
    ...sourceCases((archive) => ['diff', ORDERS, ORDERS, archive], 2),
    [['diff', ORDERS], 2, '<other> must be given: natsarc diff <archive> <other> [more..]'],
    [['diff', '-', '-'], 2, 'only one side can be standard input'],
    [
      ['diff', ORDERS, SETTINGS],
      2,
      'the archives hold different streams, ORDERS and KV_settings: --as KV_settings compares two of them',
    ],
    [
      ['diff', ORDERS, STORE, '--stream', 'NONE'],
      2,
      `no stream in ${ORDERS} nor ${STORE} fits the selection`,
    ],
    [['diff', ORDERS, STORE, '--account', 'NONE'], 2, `no account in ${STORE} fits NONE`],
    [['diff', ORDERS, ORDERS, '--as', 'NONE'], 2, 'B holds no stream NONE'],
    [
      ['diff', STORE, ORDERS, '--as', 'ORDERS'],
      2,
      '--as is about one stream of A, and 13 are selected: --stream selects one',
    ],
    [
      ['diff', ORDERS, ORDERS, '--map-subject', 'a'],
      2,
      "--map-subject takes FROM=TO, such as 'orders.>=copy.orders.>', not a",
    ],
    [['diff', ORDERS, ORDERS, '--map-subject', '=b'], 2, "in the subject mapping =b, '' is no subject"],
    [['diff', ORDERS, ORDERS, '--show', 'x'], 2, '--show takes a number up to 1000'],
    [['diff', ORDERS, ORDERS, '--show', '1001'], 2, '--show takes a number up to 1000'],
    [['diff', ORDERS, ORDERS, '--show', '5', '--stat'], 2, '--stat and --show exclude each other'],
    [['diff', ORDERS, ORDERS, '--min-seq', '5'], 2, 'there is no flag --min-seq'],
    [
      ['diff', ORDERS, ORDERS, ORDERS, '--stat'],
      2,
      '--as, --map-subject, --stat and --show are for two archives',
    ],
  ],
  cat: [
    ...sourceCases((archive) => ['cat', archive], 1),
    ...filterCases(['cat', ORDERS], []),
    [['cat', ORDERS, '--raw', '--text'], 2, '--raw and --text exclude each other'],
    [['cat', ORDERS, '--kv'], 2, `no KV bucket (a stream KV_…) is selected in ${ORDERS}`],
    [
      ['cat', SETTINGS, '--kv', '--min-seq', '9', '--max-seq', '1'],
      2,
      'no sequence lies between --min-seq 9 and --max-seq 1',
    ],
    [
      ['cat', ORDERS, '--object', 'x', ...OUT],
      2,
      `no object store (a stream OBJ_…) is selected in ${ORDERS}`,
    ],
    [['cat', ORDERS, '--object', 'x', '--out', THERE], 2, `${THERE} is there already`],
  ],
  slice: [
    ...sourceCases((archive) => ['slice', archive, '--max-seq', '9', ...OUT], 1),
    ...filterCases(['slice', ORDERS], OUT),
    [['slice', ORDERS], 2, '--out must be given'],
    [
      ['slice', ORDERS, '--out', FULL],
      2,
      `the target ${FULL} is there already: it must be new, or an empty folder`,
    ],
    [
      ['slice', ORDERS, '--out', THERE],
      2,
      `the target ${THERE} is there already: it must be new, or an empty folder`,
    ],
    [['slice', ORDERS, '--out', '/nowhere/x'], 2, "the target's folder /nowhere is not there: make it first"],
    [['slice', ORDERS, '--out', ORDERS], 2, `the archive and the target are the same: ${ORDERS}`],
    [
      ['slice', STORE, '--max-seq', '9', ...OUT],
      2,
      '13 streams are in it: --min-seq, --max-seq and --limit speak of one, --stream must choose it',
    ],
    [['slice', ENCRYPTED, '--stream', 'TTL', ...OUT], 1, 'TTL: encrypted, its key is needed'],
  ],
  export: [
    ...sourceCases((archive) => ['export', archive, '--to', 'json', ...OUT], 1),
    ...filterCases(['export', ORDERS, '--to', 'json'], OUT),
    [['export', ORDERS], 2, '--to must be given'],
    [['export', ORDERS, '--to', 'json', '--out', THERE], 2, `${THERE} is there already`],
    [
      ['export', ORDERS, '--to', 'parquet', '--out', '/nowhere/x'],
      2,
      'the folder /nowhere is not there: make it first',
    ],
    [
      ['export', STORE, '--to', 'json', '--stream', 'T*'],
      2,
      `${STORE} holds 2 streams, choose one with --stream and --account: $G/TAILDEL, $G/TTL`,
    ],
  ],
  import: [
    [['import', '/nowhere', ...OUT], 1, '/nowhere: there is no such file or folder'],
    [['import', ORDERS, ...OUT], 1, `${ORDERS}: this is a folder, a file was expected`],
    [['import', NOTES, ...OUT], 1, `${NOTES}: line 1, byte 0: { expected`],
    [['import', EMPTY_FILE, ...OUT], 1, `${EMPTY_FILE}: line 1, byte 0: the file ends, { expected`],
    [['import', CUT, ...OUT], 1, `${CUT}: line 1, byte 3000: the file ends, within a string`],
    [
      ['import', SHORT, ...OUT],
      1,
      `${SHORT}: it says 163 messages, it holds 19: it was cut off, or what it was made from is damaged; --partial takes what is there`,
    ],
    [
      ['import', WRONG, ...OUT],
      1,
      `${WRONG}: line 7, byte 15579: message: seq is something else, a number from 0 to 2^62 - 1 expected`,
    ],
    [['import', EXPORT], 2, '--out must be given'],
    [
      ['import', EXPORT, '--out', FULL],
      2,
      `the target ${FULL} is there already: it must be new, or an empty folder`,
    ],
    [
      ['import', EXPORT, '--out', THERE],
      2,
      `the target ${THERE} is there already: it must be new, or an empty folder`,
    ],
    [
      ['import', EXPORT, '--out', '/nowhere/x'],
      2,
      "the target's folder /nowhere is not there: make it first",
    ],
    [['import', EXPORT, '--format', 'v2', ...OUT], 2, 'there is no flag --format'],
  ],
};

for (const [command, cases] of Object.entries(CASES))
  describe(`${command}: what is wrong is said, and nothing is left at the target`, () => {
    for (const [args, exit, message] of cases)
      it(`${args.slice(1).join(' ').replaceAll(folder, '').replaceAll(ROOT, '')}: ${exit}`, () => {
        const before = readdirSync(folder);
        const run = runCli(args);
        const isUsage = run.stderr.endsWith(`\nnatsarc ${command} --help tells how\n`);
        expect(run.stderr).toBe(
          `natsarc: ${message}\n${isUsage ? `natsarc ${command} --help tells how\n` : ''}`,
        );
        expect(run).toMatchObject({ exit, stdout: '' });
        expect(readdirSync(folder)).toEqual(before);
        expect(readFileSync(THERE, 'utf8')).toBe('kept');
        const error = JSON.parse(runCli([...args, '--json']).stdout) as { kind: string; message: string };
        expect(error).toEqual({
          type: 'natsarc.v1.error',
          kind: isUsage ? 'usage' : (expect.stringMatching(/^(source|failed)$/) as string),
          message,
        });
      });
  });

describe('one damaged record', () => {
  const damaged = path('ORDERS');
  cpSync(join(STORE, 'jetstream/$G/streams/ORDERS'), damaged, { recursive: true });
  damageMessage(damaged, 10n);
  const said = (stderr: string): string[] =>
    [...stderr.matchAll(/^natsarc: (?:([AB]): )?([A-Z_]+): /gm)].map(
      ([, side, code]) => `${side ?? ''}${code}`,
    );

  it('is in the other side only for diff, which exits with 2', () => {
    const run = runCli(['diff', ORDERS, damaged]);
    expect(run.exit).toBe(2);
    expect(said(run.stderr)).toContain('BBLK_CHECKSUM_MISMATCH');
    expect(said(run.stderr).every((one) => one.startsWith('B'))).toBe(true);
    expect(run.stdout).toContain('\n  messages: 162 same, 1 only in A\n-   10\n');
    expect(run.stdout).toMatch(/\ndifferent: 1 of 1 stream, as far as both could be read\n$/);
  });

  it('is left out by cat and export, which exit with 3', () => {
    for (const args of [
      ['cat', damaged],
      ['export', damaged, '--to', 'ndjson'],
    ]) {
      const run = runCli(args);
      expect(run.exit).toBe(3);
      expect(said(run.stderr)).toContain('BLK_CHECKSUM_MISMATCH');
      const lines = run.stdout.trimEnd().split('\n');
      expect(lines.filter((line) => /"seq":/.test(line) && line.startsWith('{"subject"'))).toHaveLength(162);
    }
  });

  it('is named by slice, which exits with 3', () => {
    const target = join(tempFolder(), 'ORDERS');
    const run = runCli(['slice', damaged, '--max-seq', '20', '--out', target]);
    expect(run.exit).toBe(3);
    expect(run.stdout).toContain('lost in the source: 1 message, sequence 10\n');
  });
});

describe('a reader that is gone', () => {
  for (const args of [
    "diff '$O' '$S' --json",
    "export '$O' --to json",
    "export '$O' --to ndjson",
    "cat '$S'",
  ])
    it(`${args.split(' ')[0]} stops without a word: ${args}`, () => {
      const command = args.replaceAll('$O', ORDERS).replaceAll('$S', STORE);
      const script = `'${process.execPath}' '${join(ROOT, 'bin/natsarc.js')}' ${command} | head -c 20`;
      const done = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
      expect(done.stderr).toBe('');
      expect(done.stdout).toHaveLength(20);
    });
});
