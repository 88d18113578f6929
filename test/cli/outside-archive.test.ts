import { spawnSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { tempFolder, treeSum } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';
import { expectRefused } from '../support/refused.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');

type Line = (archive: string, path: string) => string[];

/** Flags that name what is written, and the exit code of wrong usage. */
const FILES: readonly (readonly [flag: string, line: Line, exit: number])[] = [
  ['verify --outfile', (archive, path) => ['verify', archive, '--outfile', path], 3],
  ['verify --check --outfile', (archive, path) => ['verify', archive, '--check', '--outfile', path], 3],
  ['export --out', (archive, path) => ['export', archive, '--to', 'json', '--out', path], 2],
  ['cat --object --out', (archive, path) => ['cat', archive, '--object', 'x', '--out', path], 2],
  [
    'repair --loss-report',
    (archive, path) => ['repair', archive, '--out', `${archive}-repaired`, '--loss-report', path],
    2,
  ],
  [
    'repair --from --loss-report',
    (archive, path) =>
      `repair ${ORDERS} --from ${archive} --out ${archive}-repaired --loss-report ${path}`.split(' '),
    2,
  ],
];

const FOLDERS: readonly (readonly [flag: string, line: Line, exit: number])[] = [
  ['pack --out', (archive, path) => ['pack', archive, '--out', path], 2],
  ['convert --out', (archive, path) => ['convert', archive, '--to', 'v1', '--out', path], 2],
  ['repair --out', (archive, path) => ['repair', archive, '--out', path], 2],
];

/** A copy of an archive with links to it: `to-ORDERS` to its folder, `to-file` to a file of it, `ORDERS/away` out of it. */
function linkedArchive(): { readonly folder: string; readonly archive: string } {
  const folder = tempFolder();
  const archive = join(folder, 'ORDERS');
  cpSync(ORDERS, archive, { recursive: true });
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  symlinkSync(archive, join(folder, 'to-ORDERS'));
  symlinkSync(join(folder, 'ORDERS'), join(folder, 'deep/er/to-ORDERS'));
  symlinkSync(join(archive, 'backup.json'), join(folder, 'to-file'));
  writeFileSync(join(folder, 'elsewhere'), 'mine');
  symlinkSync(join(folder, 'elsewhere'), join(archive, 'away'));
  return { folder, archive };
}

const WITHIN = /^natsarc: the target \S+ lies within the archive \S+(\n|$)/;
const SAME = /^natsarc: the archive and the target are the same: \S+(\n|$)/;

describe.each([...FILES, ...FOLDERS])('%s', (_, line, exit) => {
  it('is refused within the archive, also where links lead there', () => {
    const { folder, archive } = linkedArchive();
    const refused = (from: string, path: string, words: RegExp): void =>
      expectRefused(line(join(folder, from), join(folder, path)), folder, exit, words);
    refused('ORDERS', 'ORDERS/new', WITHIN);
    refused('ORDERS', 'ORDERS/no/such/new', WITHIN);
    refused('ORDERS', 'to-ORDERS/new', WITHIN);
    refused('ORDERS', 'deep/er/to-ORDERS/no/new', WITHIN);
    refused('to-ORDERS', 'ORDERS/new', WITHIN);
    refused('to-ORDERS', 'deep/er/to-ORDERS', SAME);
    expectRefused(line(archive, archive), folder, exit, SAME);
  });
});

describe.each(FILES)('%s', (_, line, exit) => {
  it('is refused where it is the archive, or a file of it', () => {
    const { folder } = linkedArchive();
    const refused = (from: string, path: string, words: RegExp): void =>
      expectRefused(line(join(folder, from), join(folder, path)), folder, exit, words);
    refused('ORDERS', 'ORDERS/stream.tar.s2', WITHIN);
    refused('ORDERS', 'to-file', WITHIN);
    refused('ORDERS', 'ORDERS/away', WITHIN);
    refused('ORDERS/stream.tar.s2', 'ORDERS/stream.tar.s2', SAME);
    refused('ORDERS/stream.tar.s2', 'to-ORDERS/stream.tar.s2', SAME);
  });
});

it('verify --outfile replaces a file that has nothing to do with the archive, beside it too', () => {
  const { folder, archive } = linkedArchive();
  const before = treeSum(archive);
  for (const name of ['elsewhere', 'ORDERS.json', 'ORDERS-report']) {
    writeFileSync(join(folder, name), 'old');
    const run = runCli(['verify', archive, '--format', 'json', '--outfile', join(folder, name)]);
    expect(run.stdout, run.stderr).toBe('');
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toMatchObject({ type: 'natsarc.v1.verify' });
  }
  writeFileSync(join(folder, 'elsewhere'), 'mine');
  expect(treeSum(archive)).toBe(before);
});

describe('the archive on standard input', () => {
  /** As a shell runs `natsarc LINE < FILE`. */
  function runFrom(file: string, line: readonly string[]): { exit: number | null; stderr: string } {
    const input = openSync(file, 'r');
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin/natsarc.js'), ...line], {
      stdio: [input, 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    closeSync(input);
    return { exit: status, stderr };
  }

  it('is not replaced, under no name', () => {
    const folder = tempFolder();
    const file = join(folder, 'A');
    cpSync(join(ORDERS, 'stream.tar.s2'), file);
    linkSync(file, join(folder, 'same'));
    symlinkSync(file, join(folder, 'link'));
    const before = treeSum(folder);
    for (const input of ['-', '/dev/stdin'])
      for (const name of input === '-' ? ['A', 'same', 'link'] : ['A', 'link']) {
        const run = runFrom(file, ['verify', input, '--outfile', join(folder, name)]);
        expect(run.exit, `${input} ${name}`).toBe(3);
        expect(run.stderr).toMatch(SAME);
      }
    expect(treeSum(folder)).toBe(before);
  });

  it('lets anything else be written', () => {
    const folder = tempFolder();
    expect(runFrom(join(ORDERS, 'stream.tar.s2'), ['verify', '-', '--outfile', join(folder, 'A')]).exit).toBe(
      0,
    );
  });
});

it.each([
  [3, ['verify', ORDERS, '--outfile']],
  [2, ['export', ORDERS, '--to', 'json', '--out']],
  [2, ['cat', ORDERS, '--object', 'x', '--out']],
  [2, ['pack', ORDERS, '--out']],
  [2, ['repair', ORDERS, '--out', '/nowhere/x', '--loss-report']],
] as const)('a dash or nothing is no path to write to: %i %j', (exit, line) => {
  for (const path of ['-', '']) {
    const run = runCli([...line, path]);
    expect(run.exit).toBe(exit);
    expect(run.stderr).toContain(`${line.at(-1)} takes a path, not ${path || 'nothing'}\n`);
  }
});

it('the loss report neither replaces what is written nor lies in it', () => {
  const folder = tempFolder();
  for (const path of ['new', 'new/lost.json'])
    expectRefused(
      ['repair', ORDERS, '--out', join(folder, 'new'), '--loss-report', join(folder, path)],
      folder,
      2,
      path === 'new' ? SAME : WITHIN,
    );
});
