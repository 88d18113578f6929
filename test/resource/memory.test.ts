import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../support/captures.ts';
import { recordsOf } from '../support/damage.ts';
import { BlockWriter } from '../../src/writer/block-writer.ts';
import { writeSnapshot, writeStreamFolder, type BlockPlan } from '../support/synthetic-stream.ts';
import { isThere } from '../support/needed.ts';

const MIB = 1 << 20;
const LIMIT_MIB = 256;
const ORDINARY: BlockPlan = { payloads: [900, 1100, 128], blockBytes: 8 * MIB };
const LARGE_BLOCK: BlockPlan = { payloads: [5000], blockBytes: 64 * MIB };
const LARGE_RECORDS: BlockPlan = { payloads: [32 * MIB - 100, 10], blockBytes: 40 * MIB };
/** Some 900 MiB, records of 32 MiB and blocks of 64 MiB among them. */
const PLANS: readonly BlockPlan[] = [
  ...Array.from({ length: 40 }, () => ORDINARY),
  LARGE_BLOCK,
  LARGE_BLOCK,
  ...Array.from({ length: 5 }, () => LARGE_RECORDS),
  ORDINARY,
];

/** Small messages, every `every`th one deleted. */
function writeGaps(parent: string, gaps: number, firstBlockMessages: number, every = 4): void {
  const path = join(parent, 'GAPS/msgs');
  mkdirSync(path, { recursive: true });
  const writer = new BlockWriter('GAPS', (number, bytes) =>
    writeFileSync(join(path, `${number}.blk`), bytes),
  );
  const [subject, data] = [Buffer.from('gaps'), Buffer.from('some 20 bytes a piece')];
  for (let seq = 1; seq < every * gaps; seq++) {
    if (seq % every === 0) continue;
    writer.add({ seq: BigInt(seq), timeNs: BigInt(seq), subject, header: null, data });
    if (seq === firstBlockMessages) writer.finish(0n, 0n);
  }
  writer.finish(0n, 0n);
}

const HIT_STREAM = 'HIT';
const HIT_RECORDS = 125_000;

/** Small messages, every fourth record damaged. */
function writeHits(parent: string): void {
  const path = join(parent, HIT_STREAM, 'msgs');
  mkdirSync(path, { recursive: true });
  const data = Buffer.from('some 20 bytes a piece');
  const subject = Buffer.from('hits');
  let records = 0;
  const writer = new BlockWriter(HIT_STREAM, (number, bytes) => {
    const block = Buffer.from(bytes);
    for (const { at } of recordsOf(block)) if (++records % 4 === 0) block.writeUInt8(0, at + 30);
    writeFileSync(join(path, `${number}.blk`), block);
  });
  const begunNs = 1_700_000_000_000_000_000n;
  for (let seq = 1n; seq <= 4n * BigInt(HIT_RECORDS); seq++)
    writer.add({ seq, timeNs: begunNs + seq, subject, header: null, data });
  writer.finish(0n, 0n);
}

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'natsarc-memory-'));
  writeStreamFolder(folder, PLANS);
  await writeSnapshot(join(folder, 'big.tar.s2'), PLANS);
  writeGaps(join(folder, 'a'), 700_000, 0);
  writeGaps(join(folder, 'b'), 700_000, 1001);
  writeGaps(join(folder, 'c'), 2_000_000, 0, 2);
  writeHits(join(folder, 'd'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ name: 'GAPS', subjects: ['gaps'] }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function peakMib(
  args: readonly string[],
  input?: string,
): { peak: number; exit: number | null; stdout: string } {
  const script = join(ROOT, 'test/support/measure.mjs');
  const command = [process.execPath, script, ...args].map((part) => `'${part}'`).join(' ');
  const shell = input === undefined ? command : `${command} < '${input}'`;
  const done = spawnSync('sh', ['-c', shell], { encoding: 'utf8', maxBuffer: 1 << 30 });
  return {
    peak: Number(/peak (\d+)/.exec(done.stderr)?.[1]) / 1024,
    exit: done.status,
    stdout: done.stdout.slice(-300),
  };
}

describe(`peak memory stays under ${LIMIT_MIB} MiB`, () => {
  const cases: readonly (readonly [string, (path: string) => string[]])[] = [
    ['verify a store', () => ['verify', '--check', join(folder, 'BIG')]],
    ['verify a store with four threads', () => ['verify', '--check', '--jobs', '4', join(folder, 'BIG')]],
    ['verify a snapshot', () => ['verify', '--check', '--jobs', '4', join(folder, 'big.tar.s2')]],
    ['inspect --deep --gaps a store', () => ['inspect', '--deep', '--gaps', '--json', join(folder, 'BIG')]],
    ['diff a store with a snapshot', () => ['diff', join(folder, 'BIG'), join(folder, 'big.tar.s2')]],
    [
      'diff 700,000 gaps by fingerprints',
      () => ['diff', '--jobs', '4', join(folder, 'a/GAPS'), join(folder, 'b/GAPS')],
    ],
    [
      'diff by fingerprints with four threads',
      () => ['diff', '--jobs', '4', '--map-subject', 'a.>=b.>', join(folder, 'BIG'), join(folder, 'BIG')],
    ],
    [
      'diff a snapshot by fingerprints',
      () => [
        'diff',
        '--jobs',
        '4',
        '--map-subject',
        'a.>=b.>',
        join(folder, 'BIG'),
        join(folder, 'big.tar.s2'),
      ],
    ],
    [
      'export a store to Parquet',
      () => ['export', '--to', 'parquet', '--max-seq', '400000', join(folder, 'BIG')],
    ],
    [
      'what repair reads of a store',
      () => ['repair', '--dry-run', join(folder, 'BIG'), '--out', join(folder, 'out')],
    ],
    [
      'what repair reads of a snapshot',
      () => [
        'repair',
        '--dry-run',
        '--stream',
        'BIG',
        join(folder, 'big.tar.s2'),
        '--out',
        join(folder, 'out'),
      ],
    ],
    ['cat large records', () => ['cat', '--min-seq', '470000', join(folder, 'BIG')]],
    ['cat one message', () => ['cat', '--seq', '7', join(folder, 'big.tar.s2')]],
  ];
  for (const [name, args] of cases)
    it(name, () => {
      const run = peakMib(args(folder));
      console.log(
        `${name}: ${run.peak.toFixed(0)} MiB for ${(statSync(join(folder, 'big.tar.s2')).size / MIB).toFixed(0)} MiB of data`,
      );
      expect(run.exit).toBe(0);
      expect(run.peak).toBeLessThan(LIMIT_MIB);
    });

  it('two million gaps take little', () => {
    const run = peakMib(['verify', '--check', '--jobs', '1', join(folder, 'c/GAPS')]);
    console.log(`verify 2,000,000 gaps: ${run.peak.toFixed(0)} MiB`);
    expect(run.peak).toBeLessThan(115);
  });

  it('repair of two million gaps keeps them packed', () => {
    const target = ['--config', join(folder, 'config.json'), '--out', join(folder, 'repaired')];
    const read = peakMib(['repair', '--dry-run', '--jobs', '1', join(folder, 'c/GAPS'), ...target]);
    const written = peakMib(['repair', '--to', 'store', join(folder, 'c/GAPS'), ...target]);
    console.log(
      `repair 2,000,000 gaps: ${read.peak.toFixed(0)} MiB, to a store ${written.peak.toFixed(0)} MiB`,
    );
    expect([read.exit, written.exit]).toEqual([0, 0]);
    expect(read.peak).toBeLessThan(200);
    expect(written.peak).toBeLessThan(LIMIT_MIB);
  });

  it('repair of 125,000 damaged records tells every one of them', () => {
    const report = join(folder, 'lost.json');
    const flags = ['--to', 'store', '--out', join(folder, 'hits'), '--loss-report', report];
    const run = peakMib(['repair', join(folder, 'd', HIT_STREAM), ...flags]);
    console.log(`repair 125,000 damaged records: ${run.peak.toFixed(0)} MiB`);
    expect(run.exit).toBe(3);
    expect(readFileSync(report, 'utf8').match(/"BLK_CHECKSUM_MISMATCH"/g)).toHaveLength(HIT_RECORDS);
    expect(run.peak).toBeLessThan(LIMIT_MIB);
  });

  it.each([['pack'], ['convert', '--to', 'v2']])('%s of 125,000 damaged records', (...command) => {
    const config = join(folder, 'config-hit.json');
    writeFileSync(config, JSON.stringify({ name: HIT_STREAM, subjects: ['hits'] }));
    const out = join(folder, `hits-${command[0]}`);
    const run = peakMib([...command, join(folder, 'd', HIT_STREAM), '--config', config, '--out', out]);
    console.log(`${command[0]} 125,000 damaged records: ${run.peak.toFixed(0)} MiB`);
    expect(run.exit).toBe(3);
    expect(run.peak).toBeLessThan(LIMIT_MIB);
  });

  it('repair of a V2 archive with two million gaps keeps them packed', () => {
    const config = ['--config', join(folder, 'config.json')];
    const archive = join(folder, 'gaps.v2');
    const made = peakMib(['convert', '--to', 'v2', join(folder, 'c/GAPS'), ...config, '--out', archive]);
    const target = [...config, '--out', join(folder, 'repaired-v2')];
    const run = peakMib(['repair', '--to', 'store', archive, ...target]);
    console.log(`repair a V2 archive with 2,000,000 gaps: ${run.peak.toFixed(0)} MiB`);
    expect([made.exit, run.exit]).toEqual([0, 0]);
    expect(run.peak).toBeLessThan(LIMIT_MIB);
  });

  it('cat everything through a pipe', () => {
    const run = peakMib(['cat', '--raw', join(folder, 'BIG'), '--max-seq', '250000']);
    console.log(`cat: ${run.peak.toFixed(0)} MiB`);
    expect(run.peak).toBeLessThan(LIMIT_MIB);
  });

  it('verify standard input', () => {
    const run = peakMib(['verify', '--check', '-'], join(folder, 'big.tar.s2'));
    console.log(`verify -: ${run.peak.toFixed(0)} MiB`);
    expect(run.exit).toBe(0);
    expect(run.peak).toBeLessThan(LIMIT_MIB);
  });
});

describe('progress', () => {
  const hasTerminal = isThere(
    spawnSync('script', ['--version']).status === 0,
    'progress on a terminal: there is no script command to make one',
  );

  /** What a terminal is sent on standard error and output together. */
  function onTerminal(...flags: string[]): string {
    const command = `'${process.execPath}' '${join(ROOT, 'bin/natsarc.js')}' verify --check --jobs 1 ${flags.join(' ')} '${join(folder, 'big.tar.s2')}'`;
    return spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' }).stdout;
  }

  it.skipIf(!hasTerminal)('a bar on a terminal, which is gone at the end', () => {
    const shown = onTerminal();
    expect(shown).toMatch(/[█░]{30} \d+% of \d+ MiB, /);
    expect(shown.slice(shown.lastIndexOf('\r\u001b[K') - 1)).toContain('VERIFY OK');
  });

  it.skipIf(!hasTerminal)('no bar with --no-progress or --quiet', () => {
    expect(onTerminal('--no-progress')).not.toMatch(/[█░]/);
    expect(onTerminal('--quiet')).not.toMatch(/[█░]/);
  });
});
