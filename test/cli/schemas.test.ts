import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parse } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/findings/catalog/index.ts';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, copyOf, flipBit, tempFolder } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

function schema(name: string): { readonly [key: string]: unknown } {
  return JSON.parse(readFileSync(join(ROOT, `schemas/${name}.schema.json`), 'utf8'));
}

const ajv = new Ajv({ allErrors: true, strict: false });
for (const name of [
  'finding',
  'report-inspect',
  'report-verify',
  'report-preflight',
  'report-diff',
  'report-matrix',
  'stored-message',
  'kv-entry',
  'export',
  'report-written',
  'report-plan',
  'report-loss',
  'check',
  'checks',
  'error',
])
  ajv.addSchema(schema(name), name);

function expectValid(name: string, text: string): void {
  const validate = ajv.getSchema(name) as ValidateFunction;
  validate(parse(text, undefined, Number));
  expect(validate.errors ?? [], name).toEqual([]);
}

/** Stores, backups and account backups of testdata. */
const ARCHIVES = readdirSync(CAPTURES).flatMap((capture) =>
  [
    'store',
    'backups/$G/ORDERS',
    'backups/$G/HUGESEQ',
    'account-backup/$G',
    'backups/backup-data',
    'backups/backup-config',
  ]
    .map((path) => join(CAPTURES, capture, path))
    .filter((path) => existsSync(path)),
);

describe('--json fits its schema', () => {
  for (const path of ARCHIVES)
    it(path.slice(CAPTURES.length + 1), () => {
      expectValid('report-inspect', runCli(['inspect', path, '--json']).stdout);
      expectValid(
        'report-inspect',
        runCli(['inspect', path, '--json', '--deep', '--gaps', '--subjects']).stdout,
      );
      expectValid('report-verify', runCli(['verify', path, '--json']).stdout);
      if (path.endsWith('/store'))
        expectValid('report-preflight', runCli(['preflight', path, '--json']).stdout);
    });

  it('also where nothing could be opened', () => {
    expectValid('report-verify', runCli(['verify', '/nowhere', '--json']).stdout);
    expectValid('error', runCli(['inspect', '/nowhere', '--json']).stdout);
    expectValid('error', runCli(['inspect', '--json']).stdout);
  });

  it('each line of cat', () => {
    const lines = runCli(['cat', join(CAPTURES, '2.14.5-full/store'), '--stream', 'EDGE', '--text'])
      .stdout.trimEnd()
      .split('\n');
    expect(lines).toHaveLength(17);
    for (const line of lines) expectValid('stored-message', line);
    const several = runCli(['cat', join(CAPTURES, '2.14.5-full/store'), '--limit', '30']).stdout.trimEnd();
    for (const line of several.split('\n')) expectValid('stored-message', line);
  });

  it('an export, and the first line of one', () => {
    for (const path of ARCHIVES.filter((one) => /ORDERS|HUGESEQ/.test(one))) {
      expectValid('export', runCli(['export', path, '--to', 'json']).stdout);
      const [head = '', ...lines] = runCli(['export', path, '--to', 'ndjson']).stdout.trimEnd().split('\n');
      expectValid('export', head);
      for (const line of lines) expectValid('stored-message', line);
    }
  });

  it('what pack wrote', () => {
    const target = join(tempFolder(), 'out');
    const archive = join(CAPTURES, '2.14.5-full/backups/$G/HUGESEQ');
    expectValid('report-written', runCli(['pack', archive, '--out', target, '--json']).stdout);
  });

  it('what slice wrote and would write, and an export that names its filters', () => {
    const target = join(tempFolder(), 'out');
    const archive = join(CAPTURES, '2.14.5-full/backups/$G/HUGESEQ');
    const filters = ['--subject', '>', '--min-seq', '2', '--before', '1s', '--header', 'A=b', '--grep', 'x'];
    const args = ['slice', archive, '--out', target, '--json', ...filters, '--last-per-subject', '1'];
    expectValid('report-plan', runCli([...args, '--dry-run']).stdout);
    expectValid('report-written', runCli(args).stdout);
    expectValid('export', runCli(['export', archive, '--to', 'json', '--limit', '2', ...filters]).stdout);
  });

  it('a comparison, the same or not, with examples', () => {
    const [orders, store] = ['backups/$G/ORDERS', 'store'].map((path) => join(CAPTURES, '2.14.5-full', path));
    const other = join(CAPTURES, '2.15.2-full/backups/$G/ORDERS');
    expectValid('report-diff', runCli(['diff', orders ?? '', store ?? '', '--json']).stdout);
    expectValid('report-diff', runCli(['diff', orders ?? '', other, '--json', '--show', '3']).stdout);
    expectValid('report-matrix', runCli(['diff', orders ?? '', other, other, '--json']).stdout);
    const huge = join(CAPTURES, '2.14.5-full/backups/$G/HUGESEQ');
    expectValid('report-diff', runCli(['diff', huge, store ?? '', '--json', '--stat']).stdout);
  });

  it('what a repair wrote, and what it lost', () => {
    const [store, other] = [0, 1].map(() => copyOf('2.14.5-full/store/jetstream/$G/streams/HUGESEQ'));
    flipBit(join(store ?? '', 'msgs/2.blk'), 200);
    for (const from of [[], ['--from', other ?? ''], ['--to', 'store']]) {
      const report = join(tempFolder(), 'lost.json');
      const out = join(tempFolder(), 'out');
      const args = ['repair', store ?? '', ...from, '--out', out, '--loss-report', report, '--json'];
      expectValid('report-written', runCli(args).stdout);
      expectValid('report-loss', readFileSync(report, 'utf8'));
    }
  });

  it('what was written, and lost, where a stream has no data', () => {
    const backup = copyOf('2.14.5-full/account-backup');
    writeFileSync(join(backup, '$G/WQ/stream.tar.s2'), '');
    const report = join(tempFolder(), 'lost.json');
    const args = ['repair', backup, '--out', join(tempFolder(), 'out'), '--json', '--loss-report'];
    const foreseen = join(tempFolder(), 'foreseen.json');
    expectValid('report-plan', runCli([...args, foreseen, '--dry-run']).stdout);
    expectValid('report-written', runCli([...args, report]).stdout);
    expectValid('report-loss', readFileSync(report, 'utf8'));
    expect(readFileSync(foreseen, 'utf8')).toBe(readFileSync(report, 'utf8'));
  });

  it('each line of cat --kv', () => {
    const bucket = join(CAPTURES, '2.14.5-full/backups/$G/KV_settings');
    const lines = runCli(['cat', bucket, '--kv', '--history', '--json']).stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(63);
    for (const line of lines) expectValid('kv-entry', line);
  });

  it('the catalogue, and each code of it', () => {
    const text = runCli(['checks', '--json']).stdout;
    expectValid('checks', text);
    const { checks } = JSON.parse(text) as { readonly checks: readonly { readonly code: string }[] };
    expect(checks.map(({ code }) => code)).toEqual(Object.keys(CATALOG));
    for (const code of ['SRC_UNREADABLE', 'blk_missing', 'DELETES_UNKNOWN'])
      expectValid('check', runCli(['explain', code, '--json']).stdout);
  });

  it('and keeps every digit beyond 2^53', () => {
    const text = runCli([
      'inspect',
      join(CAPTURES, '2.14.5-full/backups/$G/HUGESEQ'),
      '--json',
      '--deep',
      '--gaps',
    ]).stdout;
    expect(text).toContain('"first_seq": 9007199254753337');
    expect(text).toMatch(/"deleted": \[9007199254753\d{3}/);
  });
});

it('docs/scripting.md names every schema but those of configurations', () => {
  const page = readFileSync(join(ROOT, 'docs/scripting.md'), 'utf8');
  const files = readdirSync(join(ROOT, 'schemas')).filter((name) => !name.includes('-config.'));
  expect(files.filter((name) => !page.includes(`schemas/${name}`))).toEqual([]);
});

it('the schema of findings lists every code', () => {
  const properties = schema('finding')['properties'] as { code: { enum: string[] } };
  expect(properties.code.enum.toSorted()).toEqual(Object.keys(CATALOG).toSorted());
});
