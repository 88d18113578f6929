import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlockWriter } from '../../src/writer/block-writer.ts';
import { ROOT } from '../support/captures.ts';
import { plainText, renderedText } from '../support/cat-text.ts';
import { flipBit } from '../support/damage.ts';
import { writeSnapshot, writeStreamFolder, type BlockPlan } from '../support/synthetic-stream.ts';

const MIB = 1 << 20;
/** Large enough for threads; records of no payload, and such as have no room among the lines of their piece. */
const PLANS: readonly BlockPlan[] = [
  { payloads: [900, 1100, 128, 0], blockBytes: 8 * MIB },
  { payloads: [100_000, 3], blockBytes: 8 * MIB },
  { payloads: [0], blockBytes: 4 * MIB },
  { payloads: [5 * MIB, 10, 2 * MIB], blockBytes: 12 * MIB },
  { payloads: [300], blockBytes: 12 * MIB },
];
const folder = mkdtempSync(join(tmpdir(), 'natsarc-test-'));
const store = join(folder, 'BIG');
const damaged = join(folder, 'damaged/BIG');
const gaps = join(folder, 'GAPS');

beforeAll(async () => {
  writeStreamFolder(folder, PLANS);
  await writeSnapshot(join(folder, 'big.tar.s2'), PLANS);
  cpSync(store, damaged, { recursive: true });
  flipBit(join(damaged, 'msgs/1.blk'), 3 * MIB);
  flipBit(join(damaged, 'msgs/5.blk'), 11 * MIB);
  writeGaps();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Messages of all lengths with subjects that have to be escaped, every third one deleted. */
function writeGaps(): void {
  mkdirSync(join(gaps, 'msgs'), { recursive: true });
  const write = (number: number, bytes: Uint8Array): void =>
    writeFileSync(join(gaps, `msgs/${number}.blk`), bytes);
  const writer = new BlockWriter('GAPS', write);
  for (let seq = 1; seq < 400_000; seq++) {
    if (seq % 3 === 0) continue;
    const header = seq % 5 === 0 ? Buffer.from(`NATS/1.0\r\nNats-Msg-Id: "${seq}"\r\n\r\n`) : null;
    const subject = Buffer.from(`gaps.é"\\.${seq % 7}`);
    const data = Buffer.alloc(seq % 200, seq);
    writer.add({ seq: BigInt(seq), timeNs: BigInt(seq) * 1_000_000_007n, subject, header, data });
  }
  writer.finish(0n, 0n);
}

interface Run {
  readonly exit: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

function cat(path: string, ...args: readonly string[]): Run {
  const command = [join(ROOT, 'bin/natsarc.js'), 'cat', path, ...args];
  const done = spawnSync(process.execPath, command, { maxBuffer: 1 << 28, timeout: 120_000 });
  return { exit: done.status, stdout: done.stdout, stderr: done.stderr.toString() };
}

describe('threads print what the plain renderer prints', () => {
  const cases: readonly (readonly [string, () => string, readonly string[], object])[] = [
    ['a store', () => store, [], {}],
    ['a snapshot', () => join(folder, 'big.tar.s2'), [], {}],
    ['damaged blocks', () => damaged, [], {}],
    ['gaps', () => gaps, [], {}],
    ['payloads', () => gaps, ['--raw'], {}],
    [
      'a range',
      () => gaps,
      ['--min-seq', '70001', '--max-seq', '200002'],
      { minSeq: 70_001n, maxSeq: 200_002n },
    ],
    [
      'subjects',
      () => gaps,
      ['--subject', 'gaps.*.3', '--subject', 'a.>'],
      { subjects: ['gaps.*.3', 'a.>'] },
    ],
    [
      'a time',
      () => gaps,
      ['--after', '1970-01-02T00:00:00Z', '--before', '1970-01-03T00:00:00.5Z'],
      { afterNs: 86_400_000_000_000n, beforeNs: 172_800_500_000_000n },
    ],
  ];
  it.each(cases)('%s', async (_, path, args, options) => {
    const [one, four] = [cat(path(), ...args, '--jobs', '1'), cat(path(), ...args, '--jobs', '4')];
    const plain = await plainText(path(), options, args.includes('--raw'));
    expect(plain.messages).toBeGreaterThan(1000);
    expect(Buffer.from(plain.text, 'latin1').equals(four.stdout)).toBe(true);
    expect(one.stdout.equals(four.stdout)).toBe(true);
    expect({ exit: four.exit, stderr: four.stderr }).toEqual({ exit: one.exit, stderr: one.stderr });
    expect(four.exit).toBe(path() === damaged ? 3 : 0);
  });

  it('most of them as finished text', async () => {
    const { finished, messages } = await renderedText(store, {}, false);
    // Those of the pieces that are too long for it.
    expect(messages - finished).toBe(3);
    const others = await renderedText(damaged, {}, false);
    // Those of the three sound blocks.
    expect(others.finished).toBeGreaterThan(100_000);
    expect(others.finished).toBeLessThan(finished);
    const ofGaps = await renderedText(gaps, {}, false);
    expect(ofGaps.finished).toBe(ofGaps.messages);
  });
});

describe('whoever reads', () => {
  const command = [process.execPath, join(ROOT, 'test/support/measure.mjs'), 'cat', '--jobs', '4', gaps]
    .map((part) => `'${part}'`)
    .join(' ');

  it('may stop at any time', () => {
    const done = spawnSync('bash', ['-c', `set -o pipefail; ${command} | head -c 1000 | wc -c`], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(done.stdout.trim()).toBe('1000');
    expect(done.stderr.replace(/^peak \d+$/m, '').trim()).toBe('');
    expect(done.status).toBe(0);
  });

  it('may be slow: little is read ahead', async () => {
    // A process begins with the peak of the one that started it: a shell lies between.
    const reader = spawn('sh', ['-c', `${command}; exit $?`], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [bytes, errors] = [0, ''];
    reader.stderr.on('data', (text: Buffer) => void (errors += text.toString()));
    for await (const chunk of reader.stdout) {
      bytes += (chunk as Buffer).length;
      if (bytes < 2 * MIB) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(bytes).toBe(cat(gaps).stdout.length);
    expect(Number(/peak (\d+)/.exec(errors)?.[1])).toBeLessThan(160 * 1024);
  });
});
