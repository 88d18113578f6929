import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keyedSumHex } from '../../src/codec/highwayhash.ts';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, flipBit, tempFolder, treeSum } from '../support/damage.ts';
import { damagedOrders } from '../support/damaged-copies.ts';
import { filesBelow } from '../support/files-below.ts';
import { runCli } from '../support/run-cli.ts';
import { writeBlocks } from '../support/synthetic-stream.ts';
import { expectRefused } from '../support/refused.ts';

const ORDERS = join(ROOT, 'testdata/backups/ORDERS');
const STORE = join(ROOT, 'testdata/captures/2.14.5-full/store');
const FULL = join(CAPTURES, '2.14.5-full');

/** Runs a command that must write nothing at the target or beside it. */
function expectNotWritten(args: readonly string[], target: string, exit: number, words: RegExp): void {
  expectRefused([...args, '--out', target], dirname(target), exit, words);
}

/** A store with a stream ORIGIN and a stream COPY that copies from it. */
function storeOfCopies(folder: string): { readonly store: string } {
  const store = join(folder, 'store');
  const streams = join(store, 'jetstream/$G/streams');
  const message = { seq: 1n, timeNs: 1_700_000_000_000_000_000n, subject: 'a', data: 'x' };
  writeBlocks(streams, 'ORIGIN', [{ number: 1, messages: [{ ...message, header: '' }] }]);
  const header = 'NATS/1.0\r\nNats-Stream-Source: ORIGIN 7 > >\r\n\r\n';
  const copy = writeBlocks(streams, 'COPY', [{ number: 1, messages: [{ ...message, header }] }]);
  const meta = JSON.parse(readFileSync(join(copy, 'meta.inf'), 'utf8'));
  delete meta.subjects;
  const bytes = Buffer.from(JSON.stringify({ ...meta, sources: [{ name: 'ORIGIN' }, { name: 'ELSE' }] }));
  writeFileSync(join(copy, 'meta.inf'), bytes);
  writeFileSync(join(copy, 'meta.sum'), keyedSumHex('COPY', bytes));
  return { store };
}

describe('pack and rewrite-stream-name', () => {
  it('say what they wrote, and the same input gives the same bytes', () => {
    const source = treeSum(ORDERS);
    const folder = tempFolder();
    const bytes = ['a', 'b'].map((name) => {
      const target = join(folder, name);
      const run = runCli(['rewrite-stream-name', ORDERS, 'ORDERS2', '--out', target]);
      expect(run.exit, run.stderr).toBe(0);
      expect(run.stdout).toBe(
        'ORDERS2 (was ORDERS): 163 messages, sequences 2 to 172, 5 consumers\n' +
          `written and verified: ${target}, a V1 backup, 50,711 bytes\n`,
      );
      return ['backup.json', 'stream.tar.s2'].map((file) => readFileSync(join(target, file)));
    });
    expect(bytes[0]).toEqual(bytes[1]);
    expect(readdirSync(folder).toSorted()).toEqual(['a', 'b']);
    expect(treeSum(ORDERS)).toBe(source);
  });

  const BOTH = ['--stream', 'ORDERS', '--stream', 'WQ'];

  it.each([
    ['a V1 backup', ['pack', ORDERS], ['v1']],
    ['2 V1 backups', ['pack', STORE, ...BOTH], ['v1', 'v1']],
    ['2 V2 backups', ['convert', STORE, '--to', 'v2', ...BOTH], ['v2', 'v2']],
    ['a .tgz file', ['convert', ORDERS, '--to', 'tgz'], ['tgz']],
    ['files of a store', ['repair', STORE, ...BOTH], ['store', 'store']],
    ['2 V1 backups', ['repair', join(STORE, 'jetstream/$G'), ...BOTH], ['v1', 'v1']],
    ['files of a store', ['slice', STORE, '--subject', 'wq.>', ...BOTH], ['store', 'store']],
  ])('tell what was written: %s', (words, args, forms) => {
    const target = join(tempFolder(), 'out');
    const plan = runCli([...args, '--out', target, '--dry-run']);
    expect(plan.stdout).toMatch(
      new RegExp(`^nothing was written \\(--dry-run\\); it would be ${words}$`, 'm'),
    );
    const run = runCli([...args, '--out', target]);
    expect(run.exit, run.stderr).toBe(0);
    expect(run.stdout).toContain(`\nwritten and verified: ${target}, ${words}, `);
    const { streams } = JSON.parse(runCli([...args, '--out', `${target}2`, '--json']).stdout);
    expect(streams.map(({ form }: { form: string }) => form)).toEqual(forms);
  });

  it('there and back gives the bytes that pack gives', () => {
    const folder = tempFolder();
    const [there, back, packed] = ['there', 'back', 'packed'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    expect(runCli(['rewrite-stream-name', ORDERS, 'OTHER', '--out', there]).exit).toBe(0);
    expect(runCli(['rewrite-stream-name', there, 'ORDERS', '--out', back]).exit).toBe(0);
    expect(runCli(['pack', ORDERS, '--out', packed]).exit).toBe(0);
    for (const file of ['backup.json', 'stream.tar.s2'])
      expect(readFileSync(join(back, file))).toEqual(readFileSync(join(packed, file)));
  });

  it('pack makes a folder for each stream of an account', () => {
    const target = join(tempFolder(), 'out');
    const run = runCli(['pack', join(FULL, 'account-backup/$G'), '--out', target, '--no-consumers', '-j']);
    expect(run.exit, run.stderr).toBe(0);
    const written = JSON.parse(run.stdout) as { streams: { name: string }[] };
    expect(written).toMatchObject({
      skipped: [
        { name: 'MEM', reason: 'a configuration without data: A backup with both files empty (MEM)' },
      ],
    });
    expect(readdirSync(target).toSorted()).toEqual(written.streams.map(({ name }) => name).toSorted());
    const check = runCli(['verify', target, '--json']);
    expect(JSON.parse(check.stdout)).toMatchObject({ status: 'OK', checked: { consumers: 0 } });
  });

  it('what was damaged is left out and told', () => {
    const store = damagedOrders();
    const target = join(tempFolder(), 'out');
    const run = runCli(['pack', store, '--out', target]);
    expect(run.exit).toBe(3);
    expect(run.stdout).toMatch(/^ORDERS: 162 messages/);
    expect(run.stdout).toMatch(/lost in the source: 1 message, sequence \d+\n/);
    expect(runCli(['verify', '--check', target]).exit).toBe(0);
  });

  it('refuse what cannot be, and leave nothing behind', () => {
    const folder = tempFolder();
    const target = join(folder, 'out');
    const rename = (...args: string[]): string[] => ['rewrite-stream-name', ...args];
    expectNotWritten(rename(ORDERS, 'a.b'), target, 2, /a\.b is no stream name/);
    expectNotWritten(rename(ORDERS, 'ORDERS'), target, 2, /called ORDERS already/);
    expectNotWritten(rename(join(FULL, 'account-backup/$G'), 'X'), target, 2, /--stream must choose one/);
    const three = tempFolder();
    const stream = 'streams/ORDERS';
    for (const account of ['A', 'B', 'C'])
      cpSync(join(FULL, 'store/jetstream/$G', stream), join(three, 'jetstream', account, stream), {
        recursive: true,
      });
    expectNotWritten(rename(three, 'X'), target, 2, /3 streams are called ORDERS: --account must choose one/);
    expectNotWritten(rename(join(FULL, 'backups/$G/KV_settings'), 'other'), target, 2, /begins with KV_ too/);
    expectNotWritten([...rename(ORDERS, 'X'), '--map-subject', 'a.>'], target, 2, /FROM=TO/);
    expectNotWritten(
      rename(join(FULL, 'store/jetstream/$G/streams/ORDERS'), 'X'),
      target,
      2,
      /must end in X/,
    );
    expectNotWritten(
      [...rename(join(FULL, 'store'), 'HUGESEQ'), '--stream', 'ORDERS', '--account', '$G'],
      target,
      2,
      /HUGESEQ already/,
    );
    expectNotWritten(['pack', join(FULL, 'store'), '--account', 'nobody'], target, 2, /fits the selection/);
    expectNotWritten(['pack', '/nowhere'], target, 1, /nowhere/);
    expectNotWritten(['pack', ORDERS], join(folder, 'missing/out'), 2, /is not there/);
    mkdirSync(target);
    writeFileSync(join(target, 'file'), 'mine');
    expectNotWritten(['pack', ORDERS], target, 2, /is there already/);
    expectNotWritten(['pack', ORDERS], ORDERS, 2, /the same/);
    expectNotWritten(['pack', ORDERS], join(ORDERS, 'out'), 2, /lies within the archive/);
    expect(existsSync(join(target, 'file'))).toBe(true);
  });

  it('look at the target before they read the archive', () => {
    const folder = tempFolder();
    const target = join(folder, 'out');
    writeFileSync(target, 'mine');
    const nothing = join(folder, 'no-archive');
    writeFileSync(nothing, 'no archive');
    expectNotWritten(['pack', nothing], target, 2, /out is there already/);
    expectNotWritten(['convert', nothing, '--to', 'v2'], target, 2, /out is there already/);
    expectNotWritten(['rewrite-stream-name', nothing, 'NEW'], target, 2, /out is there already/);
    expectNotWritten(['slice', nothing, '--limit', '1'], target, 2, /out is there already/);
    expectNotWritten(['repair', nothing], target, 2, /out is there already/);
    expectNotWritten(
      ['repair', nothing, '--from', folder],
      join(folder, 'new'),
      2,
      /lies within the archive/,
    );
    expectNotWritten(['import', nothing], target, 2, /out is there already/);
  });

  it('a rule for subjects that nothing fits is told, and refused where it is the only one', () => {
    const folder = tempFolder();
    const [target, store] = [join(folder, 'out'), join(folder, 'store')];
    mkdirSync(store);
    const map = (...rules: string[]): string[] => rules.flatMap((rule) => ['--map-subject', rule]);
    const words =
      /^natsarc: no subject of (ORDERS|NEW) fits --map-subject typo\.>=x\.>; nothing was written$/m;
    const lines = [
      ['pack', ORDERS],
      ['convert', ORDERS, '--to', 'v2'],
      ['rewrite-stream-name', ORDERS, 'NEW'],
      ['slice', ORDERS, '--limit', '3'],
      ['repair', ORDERS],
    ];
    for (const line of lines) expectNotWritten([...line, ...map('typo.>=x.>')], target, 2, words);
    const extract = ['extract-into-data-dir', ORDERS, store, ...map('typo.>=x.>')];
    const before = treeSum(store);
    expect(runCli(extract)).toMatchObject({ exit: 2, stderr: expect.stringMatching(words) as string });
    expect(treeSum(store)).toBe(before);
    const told = runCli(['pack', ORDERS, '--out', target, ...map('orders.>=x.>', 'typo.*=y.*')]);
    expect(told.exit, told.stderr).toBe(0);
    expect(told.stdout).toContain('\nnote: no subject fits --map-subject typo.*=y.*\n');
    const plan = runCli(['pack', ORDERS, '--out', join(folder, 'plan'), ...map('typo.>=x.>'), '--dry-run']);
    expect(plan.exit).toBe(0);
    expect(plan.stdout).toContain(
      'note: no subject of a configuration or consumer fits --map-subject typo.>=x.>',
    );
    // Only messages fit it: the configuration has wildcards.
    const [first = ''] = runCli(['cat', ORDERS, '--limit', '1']).stdout.split('\n');
    const { subject } = JSON.parse(first) as { subject: string };
    expect(runCli(['pack', ORDERS, '--out', join(folder, 'one'), ...map(`${subject}=one`)]).exit).toBe(0);
  });

  it('write every form, and back again the same bytes', () => {
    const folder = tempFolder();
    const at = (name: string): string => join(folder, name);
    const pairs = [
      ['v1', at('v1'), ORDERS],
      ['v2', at('v2'), at('v1')],
      ['tgz', at('ORDERS.tgz'), at('v2')],
      ['store', at('store'), at('v1')],
      ['v1', at('again'), at('store')],
    ];
    for (const [form = '', target = '', source = ''] of pairs) {
      const run = runCli(['convert', source, '--to', form, '--out', target]);
      expect(run.exit, run.stderr).toBe(0);
      expect(run.stdout).toMatch(/^ORDERS: 163 messages, sequences 2 to 172, 5 consumers\n/);
      expect(runCli(['verify', '--check', target]).exit).toBe(0);
    }
    for (const file of ['backup.json', 'stream.tar.s2'])
      expect(readFileSync(join(at('again/ORDERS'), file))).toEqual(readFileSync(join(at('v1'), file)));
    const v2 = runCli(['convert', at('v1'), '--to', 'v2', '--out', at('v2b'), '--json']);
    expect(JSON.parse(v2.stdout)).toMatchObject({
      streams: [{ not_carried: [expect.stringMatching(/^when the stream was created/), expect.any(String)] }],
    });
    expect(readFileSync(at('v2b/stream.tar.s2'))).toEqual(readFileSync(at('v2/stream.tar.s2')));
  });

  it('a bucket keeps its keys under the new name', () => {
    const target = join(tempFolder(), 'out');
    const bucket = join(FULL, 'backups/$G/KV_settings');
    expect(runCli(['rewrite-stream-name', bucket, 'KV_copy', '--out', target]).exit).toBe(0);
    const before = runCli(['cat', bucket, '--kv']).stdout;
    expect(before).not.toBe('');
    expect(runCli(['cat', target, '--kv']).stdout.replaceAll('"copy"', '"settings"')).toBe(before);
    const manifest = JSON.parse(readFileSync(join(target, 'backup.json'), 'utf8'));
    expect(manifest).toMatchObject({ config: { name: 'KV_copy', subjects: ['$KV.copy.>'] } });
  });

  it('one stream of an account backup, and one stream folder, keep their form', () => {
    const folder = tempFolder();
    const account = join(folder, 'account');
    const backup = join(FULL, 'account-backup/$G');
    const run = runCli(['rewrite-stream-name', backup, 'NEW', '--stream', 'ORDERS', '--out', account]);
    expect(run.exit, run.stderr).toBe(0);
    expect(readdirSync(account).toSorted()).toEqual(['MEM', 'NEW', 'WQ']);
    expect(readdirSync(join(account, 'NEW')).toSorted()).toEqual(['backup.json', 'stream.tar.s2']);
    const store = join(folder, 'NEW');
    const again = runCli([
      'rewrite-stream-name',
      join(FULL, 'store/jetstream/$G/streams/ORDERS'),
      'NEW',
      '--out',
      store,
    ]);
    expect(again.exit, again.stderr).toBe(0);
    expect(runCli(['verify', '--check', store]).exit).toBe(0);
  });

  it('rename a stream within a whole store or account backup, the rest as it is', () => {
    const archives = [
      ['store', 'jetstream/$G/streams'],
      ['account-backup/$G', ''],
    ] as const;
    for (const [archive, streams] of archives) {
      const source = join(FULL, archive);
      const target = join(tempFolder(), 'out');
      const args = [
        'rewrite-stream-name',
        source,
        'ZZZ',
        '--stream',
        'ORDERS',
        '--account',
        '$G',
        '--out',
        target,
      ];
      const run = runCli(
        archive === 'store' ? args : args.filter((arg) => arg !== '--account' && arg !== '$G'),
      );
      expect(run.exit, run.stderr).toBe(0);
      expect(run.stdout).toMatch(/^ZZZ \(was ORDERS\): 163 messages/);
      const names = readdirSync(join(source, streams)).map((name) => (name === 'ORDERS' ? 'ZZZ' : name));
      expect(readdirSync(join(target, streams)).toSorted()).toEqual(names.toSorted());
      for (const name of names.filter((other) => other !== 'ZZZ'))
        for (const file of filesBelow(join(source, streams, name))) {
          const copy = join(target, file.slice(source.length));
          expect(readFileSync(copy).equals(readFileSync(file)), file).toBe(true);
        }
    }
  });

  it('mirrors and sources are told, or follow', () => {
    const folder = tempFolder();
    const { store } = storeOfCopies(folder);
    const rename = ['rewrite-stream-name', store, 'ORIGIN2', '--stream', 'ORIGIN', '--out'];
    const told = runCli([...rename, join(folder, 'told')]);
    expect(told.stdout).toContain(
      'note: COPY copies from ORIGIN, which is called ORIGIN2 now: --follow-sources',
    );
    const followed = runCli([...rename, join(folder, 'followed'), '--follow-sources']);
    expect(followed.exit, followed.stderr).toBe(0);
    const streams = join(folder, 'followed/jetstream/$G/streams');
    const meta = JSON.parse(readFileSync(join(streams, 'COPY/meta.inf'), 'utf8'));
    expect(meta).toMatchObject({ sources: [{ name: 'ORIGIN2' }, { name: 'ELSE' }] });
    const [line = ''] = runCli(['cat', join(streams, 'COPY')]).stdout.split('\n');
    const header = Buffer.from(JSON.parse(line).hdrs, 'base64').toString();
    expect(header).toBe('NATS/1.0\r\nNats-Stream-Source: ORIGIN2 7 > >\r\n\r\n');
    expect(runCli(['verify', '--check', join(folder, 'followed')]).exit).toBe(0);
  });

  it('several accounts have a folder each, and every form of them can be read', () => {
    const folder = tempFolder();
    const [store, multi, files] = ['store', 'multi', 'files'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(store);
    for (const account of ['$G', 'FOO'])
      runCli(['extract-into-data-dir', ORDERS, store, '--account', account, '--new-account']);
    const packed = runCli(['pack', store, '--out', multi]);
    expect(packed.stdout).toMatch(/^\$G\/ORDERS: 163 messages.*\nFOO\/ORDERS: 163 messages/);
    const check = runCli(['verify', multi, '--json']);
    expect(JSON.parse(check.stdout)).toMatchObject({
      status: 'OK',
      streams: [{ account: '$G' }, { account: 'FOO' }],
    });
    expect(runCli(['convert', multi, '--to', 'tgz', '--out', files]).exit).toBe(0);
    expect(runCli(['verify', '--check', join(files, 'FOO/ORDERS.tgz')]).exit).toBe(0);
    expect(runCli(['pack', store, '--out', multi, '--dry-run']).exit).toBe(2);
  });

  it('what is damaged in a V2 archive is not made good by new checksums', () => {
    const folder = tempFolder();
    const damaged = join(folder, 'damaged');
    cpSync(join(ROOT, 'testdata/backups/ORDERS-v2'), damaged, { recursive: true });
    const snapshot = join(damaged, 'stream.tar.s2');
    flipBit(snapshot, Math.floor(statSync(snapshot).size / 2));
    expectNotWritten(['pack', damaged], join(folder, 'out'), 1, /S2_CRC_MISMATCH.*natsarc repair/);
    expect(runCli(['cat', damaged]).exit).toBe(3);
    expect(runCli(['export', damaged, '--to', 'ndjson']).exit).toBe(3);
  });

  it('a plan writes nothing', () => {
    const folder = tempFolder();
    const run = runCli(['pack', ORDERS, '--out', join(folder, 'out'), '--dry-run', '--json']);
    expect(JSON.parse(run.stdout)).toMatchObject({
      type: 'natsarc.v1.plan',
      steps: ['write ORDERS (backup, v1)', 'verify what was written', `rename it to ${join(folder, 'out')}`],
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuse an encrypted stream', () => {
    const store = join(CAPTURES, '2.14.5-enc-chacha/store');
    expectNotWritten(['pack', store], join(tempFolder(), 'out'), 1, /its key is needed/);
  });
});
