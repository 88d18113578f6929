import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { repairCommand } from '../../src/cli/commands/repair.ts';
import { makeContext, type CliContext } from '../../src/cli/context.ts';
import { randomBytes } from '../support/random.ts';
import { CAPTURES, copyOf, flipBit, tempFolder, treeSum } from '../support/damage.ts';
import { damagedOrders } from '../support/damaged-copies.ts';
import { runCli } from '../support/run-cli.ts';

const STREAMS = '2.14.5-full/store/jetstream/$G/streams';

/** A stream with another name, and with limits. */
const PERSUB = join(CAPTURES, '2.9.25-full/store/jetstream/$G/streams/PERSUB');

/** What lies in the target of a repair. */
function repairedNames(path: string, flags: readonly string[]): string[] {
  const target = join(tempFolder(), 'out');
  const run = runCli(['repair', path, ...flags, '--out', target]);
  expect(run.exit, run.stderr).toBe(0);
  return readdirSync(target);
}

describe('repair', () => {
  it('says what it kept and lost, and the same input gives the same bytes', () => {
    const store = damagedOrders();
    const before = treeSum(store);
    const folder = tempFolder();
    const bytes = ['a', 'b'].map((name) => {
      const target = join(folder, name);
      const run = runCli(['repair', store, '--out', target, '--loss-report', `${target}.json`]);
      expect(run.exit, run.stderr).toBe(3);
      const lines = run.stdout.split('\n');
      expect(lines[0]).toBe('ORDERS: 162 messages, sequences 2 to 172, 5 consumers');
      expect(lines[1]).toBe('  2 to 172: 162 recovered, 1 lost, 8 deleted');
      expect(lines[2]).toMatch(/^ {2}lost \d+ in msgs\/1\.blk at \d+: the checksum does not fit$/);
      expect(lines[3]).toMatch(/^written and verified: /);
      const report = JSON.parse(readFileSync(`${target}.json`, 'utf8')) as { streams: unknown[] };
      expect(report.streams).toMatchObject([{ recovered: 162, lost: 1, deleted: 8, doubtful: 0 }]);
      return ['backup.json', 'stream.tar.s2'].map((file) => readFileSync(join(target, file)));
    });
    expect(bytes[0]).toEqual(bytes[1]);
    expect(readdirSync(folder).toSorted()).toEqual(['a', 'a.json', 'b', 'b.json']);
    expect(treeSum(store)).toBe(before);
    expect(runCli(['verify', '--check', join(folder, 'a')]).exit).toBe(0);
  });

  it('ends with 0 where nothing was lost, and heals from another archive', () => {
    const folder = tempFolder();
    const [own, other] = [damagedOrders(), join(CAPTURES, `${STREAMS}/ORDERS`)];
    expect(runCli(['repair', other, '--out', join(folder, 'whole')]).exit).toBe(0);
    const run = runCli(['repair', own, '--from', other, '--out', join(folder, 'healed')]);
    expect(run.exit, run.stdout).toBe(0);
    expect(run.stdout).toMatch(/^ORDERS: 163 messages/);
    for (const file of ['backup.json', 'stream.tar.s2'])
      expect(readFileSync(join(folder, 'healed', file))).toEqual(readFileSync(join(folder, 'whole', file)));
  });

  it('a consumer whose folder was copied is named after its folder', () => {
    const store = copyOf(`${STREAMS}/ORDERS`);
    cpSync(join(store, 'obs/PUSH'), join(store, 'obs/COPY'), { recursive: true });
    const target = join(tempFolder(), 'out');
    const run = runCli(['repair', store, '--out', target]);
    expect(run.exit, run.stderr).toBe(3);
    expect(run.stdout).toContain('consumer COPY: its configuration is that of PUSH');
    const { consumers } = JSON.parse(runCli(['inspect', target, '-j']).stdout).accounts[0].streams[0];
    expect(consumers.map(({ name }: { name: string }) => name)).toContain('COPY');
  });

  it('limits of another stream remove nothing', () => {
    const store = copyOf(`${STREAMS}/ORDERS`);
    for (const file of ['meta.inf', 'meta.sum']) cpSync(join(PERSUB, file), join(store, file));
    const target = join(tempFolder(), 'out');
    const run = runCli(['repair', store, '--out', target]);
    expect(run.exit, run.stderr).toBe(3);
    expect(run.stdout).toContain('ORDERS: 163 messages');
    expect(run.stdout).toContain('meta.inf is that of another stream, PERSUB: name and subjects');
    const { subjects } = JSON.parse(readFileSync(join(target, 'backup.json'), 'utf8')).config;
    expect(subjects).toEqual(['orders.>']);
  });

  it('streams that would listen to the same subjects are told', () => {
    const store = tempFolder();
    const streams = join(store, 'jetstream/$G/streams');
    for (const name of ['ORDERS', 'WQ'])
      cpSync(join(CAPTURES, STREAMS, name), join(streams, name), { recursive: true });
    const sound = runCli(['repair', store, '--out', join(tempFolder(), 'out')]);
    expect(sound.stdout).not.toContain('overlaps');
    const meta = readFileSync(join(streams, 'ORDERS/meta.inf'), 'utf8').replace('"ORDERS"', '"WQ"');
    writeFileSync(join(streams, 'WQ/meta.inf'), meta);
    const overlapping = runCli(['repair', store, '--out', join(tempFolder(), 'out')]);
    expect(overlapping.stdout).toContain(
      'its subject orders.> overlaps with orders.> of ORDERS: a server takes one',
    );
  });

  it('takes every stream of a store, and says which it could not', () => {
    const target = join(tempFolder(), 'out');
    const run = runCli(['repair', join(CAPTURES, '2.14.5-full/store'), '--out', target, '-j']);
    expect(run.exit, run.stderr).toBe(0);
    const written = JSON.parse(run.stdout) as { streams: { name: string }[] };
    const names = written.streams.map(({ name }) => name).toSorted();
    expect(readdirSync(join(target, 'jetstream/$G/streams')).toSorted()).toEqual(names);
    expect(names.length).toBeGreaterThan(10);
  });

  it.each([
    ['a store', '.', [], ['jetstream']],
    ['a store, as backups', '.', ['--to', 'backup'], ['ORDERS', 'WQ']],
    ['a folder of a store', 'jetstream/$G/streams/ORDERS', [], ['backup.json', 'stream.tar.s2']],
    ['the same, as a store', 'jetstream/$G/streams/ORDERS', ['--to', 'store'], ['jetstream']],
  ])('%s becomes what it was, or what --to says', (_, path, flags, expected) => {
    expect(repairedNames(join(CAPTURES, '2.14.5-full/store', path), flags)).toEqual(
      expect.arrayContaining(expected),
    );
  });

  it('a store of a cluster becomes backups, which its servers take', () => {
    const store = copyOf('2.14.5-full/store');
    mkdirSync(join(store, 'jetstream/$SYS/_js_/_meta_'), { recursive: true });
    expect(repairedNames(store, [])).not.toContain('jetstream');
    expect(repairedNames(store, ['--to', 'store'])).toEqual(['jetstream']);
  });

  it('--to store makes a store that verifies, and says what it cannot keep', () => {
    const store = damagedOrders();
    const before = treeSum(store);
    const target = join(tempFolder(), 'out');
    const run = runCli([
      'repair',
      store,
      '--to',
      'store',
      '--out',
      target,
      '--loss-report',
      `${target}.json`,
    ]);
    expect(run.exit, run.stderr).toBe(3);
    const lines = run.stdout.split('\n');
    expect(lines[0]).toBe('$G/ORDERS: 162 messages, sequences 2 to 172, 5 consumers');
    expect(lines[1]).toBe('  2 to 172: 162 recovered, 1 lost, 8 deleted');
    expect(lines[2]).toMatch(/^ {2}lost \d+ in msgs\/1\.blk at \d+: the checksum does not fit$/);
    expect(lines[3]).toMatch(/^ {2}a store does not tell lost messages from deleted ones: keep /);
    expect(lines[4]).toMatch(/^written and verified: /);
    const report = JSON.parse(readFileSync(`${target}.json`, 'utf8')) as { notes: unknown[] };
    expect(report.notes).toMatchObject([{ code: 'LOST_NOT_KEPT', loss: false }]);
    expect(treeSum(store)).toBe(before);
    expect(runCli(['verify', '--check', target]).exit).toBe(0);
    expect(readdirSync(join(target, 'jetstream/$G/streams'))).toEqual(['ORDERS']);
  });

  it('--to store --dry-run tells where the files would go', () => {
    const folder = tempFolder();
    const args = ['--to', 'store', '--out', join(folder, 'out'), '--dry-run', '--json'];
    const run = runCli(['repair', damagedOrders(), ...args]);
    expect(run.exit).toBe(3);
    const { steps } = JSON.parse(run.stdout) as { steps: string[] };
    expect(steps[0]).toBe('write ORDERS (files of a store) at jetstream/$G/streams/ORDERS');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('--dry-run writes nothing and gives the same report', () => {
    const folder = tempFolder();
    const target = join(folder, 'out');
    const run = runCli(['repair', damagedOrders(), '--out', target, '--dry-run']);
    expect(run.exit).toBe(3);
    expect(run.stdout).toMatch(/162 recovered, 1 lost, 8 deleted/);
    expect(run.stdout).toMatch(/nothing was written \(--dry-run\); it would be a V1 backup$/m);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a loss report that cannot be made: nothing is written', () => {
    const folder = tempFolder();
    const out = join(folder, 'out');
    const run = runCli(['repair', damagedOrders(), '--out', out, '--loss-report', '/proc/lost.json']);
    expect(run).toMatchObject({
      exit: 1,
      stdout: '',
      stderr: 'natsarc: /proc/lost.json: there is no such file or folder\n',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a loss report that cannot be finished: the target is there, and that is said', async () => {
    const [folder, reports] = [tempFolder(), tempFolder()];
    const out = join(folder, 'out');
    const lossReport = join(reports, 'lost.json');
    const exits: number[] = [];
    const context: CliContext = {
      ...makeContext({ quiet: true, color: 'never' }, new AbortController().signal),
      // It is all that is called between the repair and the end of its report.
      progress: { report: null, end: () => rmSync(reports, { recursive: true }) },
      setExit: (code) => exits.push(code),
    };
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const args = { archive: damagedOrders(), out, lossReport, undelete: false, consumers: true };
    await repairCommand.run({ ...args, to: 'backup', check: false, dryRun: false }, context);
    expect(said.mock.calls.flat().join('')).toBe(
      `natsarc: the loss report could not be written: ${lossReport}: there is no such file or folder; ${out} is there, whole\n`,
    );
    said.mockRestore();
    expect(exits).toEqual([3]);
    expect(runCli(['verify', out]).exit).toBe(0);
  });

  it('--dry-run writes the loss report, which is not the target', () => {
    const folder = tempFolder();
    const file = join(folder, 'lost.json');
    const args = ['--out', join(folder, 'out'), '--dry-run', '--loss-report', file];
    expect(runCli(['repair', damagedOrders(), ...args]).exit).toBe(3);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ streams: [{ lost: 1, recovered: 162 }] });
    expect(readdirSync(folder)).toEqual(['lost.json']);
  });

  it('says the count of an archive once for all ranges, and of no message that it was written', () => {
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    const out = join(tempFolder(), 'out');
    flipBit(join(backup, 'stream.tar.s2'), 6612, 3);
    const damaged = runCli(['repair', backup, '--out', out, '--dry-run']).stdout;
    const among = 'messages are missing among such sequences';
    // With the record that the damage begins in.
    expect(damaged).toMatch(new RegExp(`\\n  lost 12 in .*${among}`));
    expect(damaged).toMatch(/\n {2}lost 13-86, 88-167, 169-172: backup\.json counts messages up to here\n/);
    expect(damaged.split(among)).toHaveLength(2);
    expect(damaged).toMatch(/\n {2}damage took index\.db: /);
    truncateSync(join(backup, 'stream.tar.s2'), 600);
    const nothing = runCli(['repair', backup, '--out', out, '--dry-run']).stdout;
    expect(nothing).toMatch(/: 0 recovered, 163 lost, /);
    expect(nothing).not.toMatch(/were written/);
  });

  it('refuses what cannot be, and leaves nothing behind', () => {
    const store = damagedOrders();
    const folder = tempFolder();
    const target = join(folder, 'out');
    const refused = (exit: number, words: RegExp, ...args: string[]): void => {
      const before = treeSum(folder);
      const run = runCli(['repair', ...args]);
      expect(run.stderr).toMatch(words);
      expect(run.exit).toBe(exit);
      expect(treeSum(folder)).toBe(before);
    };
    refused(2, /--to takes one of "backup", "store", not "v2"/, store, '--out', target, '--to', 'v2');
    refused(2, /one of the archives/, store, '--out', target, '--prefer', 'elsewhere');
    refused(1, /nowhere/, '/nowhere', '--out', target);
    refused(1, /nowhere/, store, '--from', '/nowhere', '--out', target);
    refused(1, /its key is needed/, join(CAPTURES, '2.14.5-enc-chacha/store'), '--out', target);
    refused(1, /does not verify/, store, '--out', target, '--check');
    refused(2, /within the archive/, store, '--out', join(store, 'out'));
    mkdirSync(target);
    writeFileSync(join(target, 'file'), 'mine');
    // The help of a command has nothing to say on what lies at its target.
    refused(2, /is there already: it must be new, or an empty folder\n$/, store, '--out', target);
    writeFileSync(join(folder, 'lost.json'), 'mine');
    refused(
      2,
      /is there already/,
      store,
      '--out',
      join(folder, 'new'),
      '--loss-report',
      join(folder, 'lost.json'),
    );
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  it('an empty file and one of random bytes are the same story, alone and in a backup', () => {
    const folder = tempFolder();
    const backup = copyOf('2.14.5-full/backups/$G/ORDERS');
    for (const [bytes, words, withoutData] of [
      [Buffer.alloc(0), /: The archive file is empty\n$/, 'The archive file is empty'],
      [randomBytes(5000, 7), /: Not a form of JetStream data/, "A backup's data is no snapshot"],
    ] as const) {
      const file = join(folder, 'data');
      writeFileSync(file, bytes);
      const alone = runCli(['repair', file, '--out', join(folder, 'out')]);
      expect(alone).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringMatching(words) as string });
      writeFileSync(join(backup, 'stream.tar.s2'), bytes);
      const within = runCli(['repair', backup, '--out', join(folder, 'out')]);
      expect(within).toMatchObject({
        exit: 1,
        stderr: `natsarc: ORDERS: a configuration without data: ${withoutData} (stream.tar.s2)\n`,
      });
      expect(existsSync(join(folder, 'out'))).toBe(false);
    }
  });

  it('a block alone needs its name', () => {
    const store = damagedOrders();
    const block = join(dirname(store), '1.blk');
    writeFileSync(block, readFileSync(join(store, 'msgs/1.blk')));
    const target = join(tempFolder(), 'out');
    expect(runCli(['repair', block, '--out', target]).stderr).toMatch(
      /give --config FILE; natsarc repair takes --stream NAME instead/,
    );
    const run = runCli(['repair', block, '--stream', 'ORDERS', '--out', target]);
    expect(run.exit).toBe(3);
    expect(run.stdout).toMatch(/no configuration is left/);
    rmSync(target, { recursive: true });
  });
});
