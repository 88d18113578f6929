import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';
import { expectRefused } from '../support/refused.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const FULL = join(CAPTURES, '2.14.5-full');
const NOBODY = 65534;

/** The command lines that write something new at a target. */
const WRITERS: readonly (readonly [name: string, line: (archive: string, out: string) => string[]])[] = [
  ['pack', (archive, out) => ['pack', archive, '--out', out]],
  ['convert', (archive, out) => ['convert', archive, '--to', 'v2', '--out', out]],
  ['rewrite-stream-name', (archive, out) => ['rewrite-stream-name', archive, 'NEW', '--out', out]],
  ['slice', (archive, out) => ['slice', archive, '--subject', 'orders.>', '--out', out]],
  ['repair', (archive, out) => ['repair', archive, '--out', out]],
];

describe.each(WRITERS)('%s', (_, line) => {
  it('names a target that is there, that is the archive, that lies in it or nowhere', () => {
    const folder = tempFolder();
    const [archive, target] = [join(folder, 'ORDERS'), join(folder, 'out')];
    cpSync(ORDERS, archive, { recursive: true });
    expectRefused(line(archive, join(folder, 'no/out')), folder, 2, /target's folder .*\/no is not there/);
    expectRefused(line(archive, archive), folder, 2, /archive and the target are the same: .*\/ORDERS/);
    expectRefused(
      line(archive, join(archive, 'x')),
      folder,
      2,
      /target .*\/x lies within the archive .*\/ORDERS/,
    );
    writeFileSync(target, 'mine');
    expectRefused(line(archive, target), folder, 2, /target .*\/out is there already/);
    expectRefused(
      [...line(archive, join(folder, 'new')), '--dry-run', '--out', target],
      folder,
      2,
      /--out may be given once/,
    );
  });

  it('names an archive that is not there or may not be read, and a target that may not be written', () => {
    const folder = tempFolder();
    expectRefused(
      line(join(folder, 'none'), join(folder, 'out')),
      folder,
      1,
      /\/none: there is no such file or folder/,
    );
    const [open, closed] = [join(folder, 'open'), join(folder, 'closed')];
    cpSync(ORDERS, closed, { recursive: true });
    mkdirSync(open);
    chmodSync(folder, 0o755);
    chmodSync(open, 0o777);
    chmodSync(closed, 0o000);
    // Root reads and writes whatever the modes say.
    const uid = process.getuid?.() === 0 ? NOBODY : undefined;
    const denied = (name: string): RegExp => new RegExp(`/${name}: permission denied; run as a user who may`);
    expectRefused(line(closed, join(open, 'out')), open, 1, denied('closed'), uid);
    chmodSync(closed, 0o755);
    chmodSync(open, 0o555);
    expectRefused(line(ORDERS, join(open, 'out')), open, 1, denied('open'), uid);
  });

  it('names a target that is a link', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'empty'));
    symlinkSync(join(folder, 'empty'), join(folder, 'to-empty'));
    symlinkSync(join(folder, 'none'), join(folder, 'to-none'));
    for (const name of ['to-empty', 'to-none'])
      expectRefused(
        line(ORDERS, join(folder, name)),
        folder,
        2,
        new RegExp(`/${name} is a link: name the place`),
      );
  });

  it('names what is selected and not there, and streams that are there twice', () => {
    const folder = tempFolder();
    const out = join(folder, 'out');
    const nobody = [...line(join(FULL, 'store'), out), '--account', 'nobody'];
    expectRefused(nobody, folder, 2, /fits the selection account nobody; it holds \$G\/BATCH, /);
    const none = [...line(ORDERS, out), '--stream', 'NONE'];
    expectRefused(none, folder, 2, /fits the selection stream NONE; it holds ORDERS$/);
    for (const name of ['a', 'b']) cpSync(ORDERS, join(folder, 'both', name), { recursive: true });
    expectRefused(
      line(join(folder, 'both'), out),
      folder,
      2,
      /two streams are called ORDERS|streams are in it: .*--stream must/,
    );
  });
});

describe('extract-into-data-dir', () => {
  it('names streams that are there twice, a data directory that is none, and an illegal name', () => {
    const folder = tempFolder();
    const store = join(folder, 'store');
    mkdirSync(store);
    for (const name of ['a', 'b']) cpSync(ORDERS, join(folder, 'both', name), { recursive: true });
    const extract = (...args: string[]): string[] => ['extract-into-data-dir', ...args];
    expectRefused(extract(join(folder, 'both'), store), folder, 2, /two streams are called ORDERS/);
    expectRefused(
      extract(ORDERS, join(folder, 'no')),
      folder,
      2,
      /there is no data directory .*\/no: make the folder first/,
    );
    expectRefused(extract(join(folder, 'no'), store), folder, 1, /\/no: there is no such file or folder/);
    expectRefused(extract(ORDERS, store, '--as', 'a/b'), folder, 2, /a\/b is no stream name: no blanks/);
    expectRefused(extract(ORDERS), folder, 2, /<data-dir> must be given: natsarc extract-into-data-dir/);
  });
});

describe('a command line', () => {
  it('that cannot be is answered in the words it is typed with', () => {
    const folder = tempFolder();
    const refused = (line: string, words: RegExp, exit = 2): void =>
      expectRefused(line.split(' '), folder, exit, words);
    refused('pack', /^natsarc: <archive> must be given: natsarc pack <archive>$/);
    refused('pack x', /^natsarc: --out must be given$/);
    refused('convert x', /^natsarc: --to and --out must be given$/);
    refused('convert x --to v3 --out y', /^natsarc: --to takes one of "v1", .*, not "v3"$/);
    refused('pack x --out', /^natsarc: --out needs a value$/);
    refused('pack x --out y --nope', /^natsarc: there is no flag --nope$/);
    refused(`verify --chek ${ORDERS}`, /^natsarc: there is no flag --chek: did you mean --check\?$/, 3);
    refused(`cat ${ORDERS} --no-limt --minSeq 3`, /^natsarc: there is no flag --no-limt$/);
    refused('pack x --no-progres', /^natsarc: there is no flag --no-progres: did you mean --no-progress\?$/);
    refused('rewrite-stream-name x --out y', /^natsarc: <new-name> must be given/);
    refused('cat x --object y', /^natsarc: --object needs --out$/);
    refused('cat x --raw --kv', /^natsarc: --raw and --kv exclude each other$/);
    refused('import x --out y --to v1 --to v2', /^natsarc: --to may be given once$/);
    refused('pakc x', /^natsarc: there is no command pakc: did you mean pack\?$/);
    refused('restore-everything x', /^natsarc: there is no command restore-everything$/);
    refused(`pack ${ORDERS} --out y --map-subject a`, /^natsarc: --map-subject takes FROM=TO, .* not a$/);
    refused(
      'verify x --outfile /no/such/file',
      /^natsarc: \/no\/such\/file: there is no such file or folder$/,
      3,
    );
    refused('verify', /^natsarc: <archive> must be given/, 3);
  });
});

describe('--block', () => {
  const STORE = join(FULL, 'store');
  const BLOCK = join(STORE, 'jetstream/$G/streams/ORDERS/msgs/1.blk');

  it('is refused for what is no single block', () => {
    for (const [line, exit] of [
      [['verify', STORE], 3],
      [['verify', ORDERS], 3],
      [['inspect', STORE, '--stream', 'ORDERS'], 2],
      [['cat', join(ORDERS, 'stream.tar.s2')], 2],
      [['preflight', STORE], 3],
      [['diff', ORDERS, STORE, '--stream', 'ORDERS'], 2],
    ] as const)
      expectRefused(
        [...line, '--block', '2'],
        FULL,
        exit,
        /^natsarc: --block gives the number of a single block/,
      );
    const piped = runCli(['verify', '-', '--block', '1'], readFileSync(join(ORDERS, 'stream.tar.s2')));
    expect(piped).toMatchObject({ exit: 3, stdout: '' });
    expect(piped.stderr).toContain('there is none: standard input\n');
  });

  it('is refused where it is no number of a block', () => {
    for (const number of ['-1', '1.5', '4294967296', '1e12'])
      expectRefused(
        ['verify', BLOCK, `--block=${number}`],
        FULL,
        3,
        /^natsarc: --block takes the number of a block, from 0 on$/,
      );
  });

  it('is taken where one of what is compared is a block', () => {
    const path = join(tempFolder(), 'block');
    cpSync(BLOCK, path);
    const run = runCli(['diff', path, ORDERS, '--block', '1', '--stream', 'ORDERS']);
    expect(run.stdout).toContain('same: 1 stream, 163 messages');
    expect(run.exit).toBe(0);
  });
});

it('scripting.md tells every kind of error, and what was refused is one of them', () => {
  const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/error.schema.json'), 'utf8')) as {
    properties: { kind: { enum: string[] } };
  };
  const page = readFileSync(join(ROOT, 'docs/scripting.md'), 'utf8');
  expect([...page.matchAll(/^\| `(\w+)` \| (?!by)[^|]+\|$/gm)].map(([, kind]) => kind)).toEqual(
    schema.properties.kind.enum,
  );
  const kindOf = (line: readonly string[]): unknown => {
    const { exit, stdout } = runCli([...line, '--json']);
    return { exit, kind: (JSON.parse(stdout) as { kind: string }).kind };
  };
  expect(kindOf(['pack', ORDERS, '--out', tempFolderWithFile()])).toEqual({ exit: 2, kind: 'failed' });
  expect(kindOf(['pack', ORDERS, '--out', ORDERS])).toEqual({ exit: 2, kind: 'usage' });
  expect(kindOf(['inspect', '/nowhere'])).toEqual({ exit: 1, kind: 'source' });
});

function tempFolderWithFile(): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'file'), 'mine');
  return folder;
}
