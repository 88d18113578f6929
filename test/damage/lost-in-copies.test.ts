import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eachSequence, mergeRanges, oneRange } from '../../src/core/sequence-ranges.ts';
import { compareReplicas } from '../../src/operation/diff/matrix.ts';
import { diffArchives } from '../../src/operation/diff/run.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { sliceArchive } from '../../src/operation/slice/run.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { convertArchive } from '../../src/operation/convert/run.ts';
import type { PlanReport, WrittenReport, WrittenStream } from '../../src/operation/write/types.ts';
import { paletteFor } from '../../src/report/palette.ts';
import { matrixText } from '../../src/report/text/matrix.ts';
import { ROOT } from '../support/captures.ts';
import { CAPTURES, copyOf, editFile, flipBit, recordsOf, tempFolder } from '../support/damage.ts';
import { messageList } from '../support/message-list.ts';
import { Random } from '../support/random.ts';
import { runCli } from '../support/run-cli.ts';

const STORE = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const SIDECAR = '2.9.25-full/store/jetstream/$G/streams/ORDERS';
const BLOCKS = '2.14.5-full/store/jetstream/$G/streams/COMPRESSED';
const BACKUP = '2.14.5-full/backups/$G/ORDERS';

type Damage = (path: string, random: Random) => void;

function damageSomeRecords(path: string, random: Random): void {
  const block = join(path, 'msgs/1.blk');
  for (const { at, length } of recordsOf(readFileSync(block)))
    if (random.below(12) === 0) flipBit(block, at + length - 1 - random.below(8));
}

const CASES: readonly (readonly [name: string, archive: string, damage: Damage])[] = [
  ['records', STORE, damageSomeRecords],
  [
    'records, without an index',
    STORE,
    (path, random) => {
      rmSync(join(path, 'msgs/index.db'));
      damageSomeRecords(path, random);
    },
  ],
  [
    'a block that is cut',
    STORE,
    (path, random) => truncateSync(join(path, 'msgs/1.blk'), random.below(100_000)),
  ],
  ['a block that is gone, beside its .idx', SIDECAR, (path) => rmSync(join(path, 'msgs/1.blk'))],
  [
    'a compressed block',
    BLOCKS,
    (path, random) => flipBit(join(path, 'msgs/2.blk'), 100 + random.below(500)),
  ],
  [
    'a snapshot that is cut',
    BACKUP,
    (path, random) => truncateSync(join(path, 'stream.tar.s2'), 9_000 + random.below(30_000)),
  ],
  [
    'a chunk of a snapshot',
    BACKUP,
    (path, random) => flipBit(join(path, 'stream.tar.s2'), 100 + random.below(40_000)),
  ],
];

function theOne({ streams }: WrittenReport | PlanReport): WrittenStream {
  const [stream] = streams;
  if (stream === undefined) throw new Error('no stream');
  return stream;
}

async function copied(path: string, dryRun = true): Promise<WrittenStream> {
  return theOne(await convertArchive(path, { to: 'v1', target: join(tempFolder(), 'out'), dryRun }));
}

describe.each(CASES)('a copy tells what is lost of it as a repair does: %s', (_, archive, damage) => {
  it.each([1, 2, 3, 4])('seed %i', async (seed) => {
    const path = copyOf(archive);
    damage(path, new Random(seed));
    const { loss } = await repairArchive(path, { target: join(tempFolder(), 'out'), dryRun: true });
    const [repaired] = loss.streams;
    const copy = await copied(path);
    const kept = BigInt(copy.state.messages);
    expect(copy.lost_messages - copy.repairable_messages).toBe(repaired?.lost);
    // A copy may bring back what only an old index calls deleted.
    expect(kept + copy.repairable_messages).toBeGreaterThanOrEqual(repaired?.recovered ?? 0n);
    // What was taken over and what is lost make up the original.
    const lost = new Set(eachSequence(mergeRanges(copy.lost.msgs.map(([from, to]) => oneRange(from, to)))));
    expect(BigInt(lost.size)).toBeGreaterThanOrEqual(copy.lost_messages);
    const gone = [...(await messageList(join(CAPTURES, archive))).keys()].length - Number(kept);
    expect(copy.lost_messages).toBeGreaterThanOrEqual(BigInt(gone));
    expect((await copied(path, false)).lost).toEqual(copy.lost);
  });
});

it('a record that is gone without a trace is lost where a current index lists it, else it was deleted', async () => {
  const store = copyOf(STORE);
  const block = join(store, 'msgs/1.blk');
  const bytes = readFileSync(block);
  const record = recordsOf(bytes).find(({ seq }) => seq === 48n);
  if (record === undefined) throw new Error('no record of 48');
  const { at, length } = record;
  writeFileSync(block, Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]));
  const ranges = async (): Promise<unknown[]> => {
    const { loss } = await repairArchive(store, { target: join(tempFolder(), 'out'), dryRun: true });
    return loss.streams.flatMap((stream) => [...stream.ranges]);
  };
  const lost = { from: 48n, to: 48n, state: 'lost', code: 'IDX_BLOCK_DIFFERS' };
  expect(await ranges()).toMatchObject([lost]);
  expect(await copied(store)).toMatchObject({ lost: { msgs: [[48n, 48n]] }, lost_messages: 1n });
  rmSync(join(store, 'msgs/index.db'));
  expect(await ranges()).toEqual([]);
});

it('what is damaged without a loss is none', async () => {
  const torn = copyOf(STORE);
  rmSync(join(torn, 'msgs/index.db'));
  editFile(join(torn, 'msgs/1.blk'), (block) => Buffer.concat([block, block.subarray(0, 30)]));
  expect(await copied(torn)).toMatchObject({ lost: { msgs: [] }, lost_messages: 0n });
  const whole = join(tempFolder(), 'renamed');
  cpSync(join(CAPTURES, STORE), whole, { recursive: true });
  const run = runCli(['pack', whole, '--out', join(tempFolder(), 'out')]);
  expect(run.exit, run.stdout).toBe(0);
  // The catalogue calls it critical, which it is for a server: of what is written it is none of the damage.
  expect(run.stdout).toContain('\nnote: the folder is called renamed, its stream ORDERS: ');
  expect(run.stdout).not.toContain('in the source');
  expect((await verifyArchive(whole)).findings).toMatchObject([
    { code: 'META_FOLDER_RENAMED', severity: 'critical' },
  ]);
});

describe('the commands that take less than a repair does', () => {
  const out = (): string[] => ['--out', join(tempFolder(), 'out')];
  const dataDir = (): string => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'jetstream/$G/streams'), { recursive: true });
    return folder;
  };
  const COMMANDS: readonly (readonly [string, (path: string) => string[]])[] = [
    ['pack', (path) => ['pack', path, ...out()]],
    ['convert', (path) => ['convert', path, '--to', 'store', ...out()]],
    ['slice', (path) => ['slice', path, '--subject', '>', ...out()]],
    ['rewrite-stream-name', (path) => ['rewrite-stream-name', path, 'NEW', ...out()]],
    ['extract-into-data-dir', (path) => ['extract-into-data-dir', path, dataDir()]],
    ['diff', (path) => ['diff', path, join(CAPTURES, BACKUP)]],
  ];

  it.each(COMMANDS)('%s says how many, where, and the command that saves some', (name, args) => {
    const backup = join(tempFolder(), "it's ORDERS");
    cpSync(join(CAPTURES, BACKUP), backup, { recursive: true });
    truncateSync(join(backup, 'stream.tar.s2'), 30_000);
    const run = runCli(args(backup));
    expect(run.exit).toBe(name === 'diff' ? 2 : 3);
    const told = name === 'diff' ? run.stderr : run.stdout;
    expect(told).toMatch(/ lost in the source: 163 messages, among sequences 2, 5-86, 88-172\n/);
    const saves =
      /of them (\d+) messages can be saved: (natsarc repair .* --out repaired) keeps what is intact\n/;
    const [, count, command = ''] = saves.exec(told) ?? [];
    expect(count).toBe('92');
    // As a shell takes it.
    const cwd = tempFolder();
    const shell = command.replace(/^natsarc/, `'${process.execPath}' '${join(ROOT, 'bin/natsarc.js')}'`);
    const repaired = spawnSync('sh', ['-c', shell], { cwd, encoding: 'utf8' });
    expect(repaired.status, repaired.stderr).toBe(3);
    expect(repaired.stdout).toMatch(/^ORDERS: 92 messages, /);
  });

  it('of replicas the table tells which are damaged, whatever they agree on', async () => {
    const whole = join(CAPTURES, BACKUP);
    const cut = [30_000, 40_000].map((bytes) => {
      const backup = copyOf(BACKUP);
      truncateSync(join(backup, 'stream.tar.s2'), bytes);
      return backup;
    });
    const report = await compareReplicas([...cut, whole]);
    expect(report.streams[0]?.replicas.map(({ damaged }) => damaged)).toEqual([true, true, false]);
    const [row] = matrixText(report, paletteFor('never', false, true)).match(/^ORDERS .*$/m) ?? [];
    expect(row).toMatch(/^ORDERS +same \(damaged\) +same \(damaged\) +ahead by 163 \(consumers differ\) /);
  });

  it('a side of a diff that is not damaged lost nothing, and none does where both are sound', async () => {
    const backup = copyOf(BACKUP);
    const whole = join(CAPTURES, BACKUP);
    const sound = await diffArchives(backup, whole);
    expect(sound.streams[0]?.losses).toEqual({ a: null, b: null });
    truncateSync(join(backup, 'stream.tar.s2'), 30_000);
    const cut = await diffArchives(whole, backup);
    expect(cut.streams[0]?.losses).toMatchObject({
      a: null,
      b: { lost_messages: 163n, repairable_messages: 92n },
    });
  });
});

it('of a slice no more is lost than lies in it', async () => {
  const backup = copyOf(BACKUP);
  truncateSync(join(backup, 'stream.tar.s2'), 30_000);
  const sliced = await sliceArchive(backup, {
    target: join(tempFolder(), 'out'),
    minSeq: 170n,
    dryRun: true,
  });
  expect(theOne(sliced)).toMatchObject({ lost: { msgs: [[170n, 172n]] }, lost_messages: 3n });
});

it.each(['', '\u0016', 'no position'])('a consumer without its position (%j in o.dat) is told', (content) => {
  const path = copyOf(STORE);
  writeFileSync(join(path, 'obs/DISPATCH/o.dat'), content);
  for (const args of [
    ['pack', path],
    ['convert', path, '--to', 'v2'],
    ['slice', path, '--max-seq', '50'],
  ]) {
    const run = runCli([...args, '--out', join(tempFolder(), 'ORDERS')]);
    expect(run).toMatchObject({
      exit: 3,
      stdout: expect.stringContaining(
        'not carried: consumer DISPATCH: its position (o.dat) cannot be read; it begins where its configuration says',
      ) as unknown,
    });
  }
});
