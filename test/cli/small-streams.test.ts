import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/codec/highwayhash.ts';
import { S2Encoder } from '../../src/codec/s2/encoder.ts';
import { CAPTURES, editFile } from '../support/damage.ts';
import { ROOT } from '../support/captures.ts';
import { filesBelow } from '../support/files-below.ts';
import { Random } from '../support/random.ts';
import { runCli } from '../support/run-cli.ts';
import { record, writeMessages, writeStreamFolder } from '../support/synthetic-stream.ts';

/** So many that threads are worth it although they hold little. */
const STREAMS = 420;
const MIB = 1 << 20;
/** Where streams lie that a thread must not hold. */
const PACKED = [80, 120, 160, 200, 240, 280, 320, 360];
const NOBODY = 65534;
const SETS = ['2.9.25-full', '2.14.5-crash', '2.14.5-full', '2.14.5-enc-chacha'];

let folder = '';
let store = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'natsarc-test-'));
  store = join(folder, 'store');
  const originals = SETS.flatMap((set) => {
    const streams = join(CAPTURES, set, 'store/jetstream/$G/streams');
    return readdirSync(streams).map((name) => ({ name, path: join(streams, name) }));
  });
  for (let i = 0; i < STREAMS; i++) {
    const { name, path } = originals[i % originals.length] ?? { name: '', path: '' };
    const copy = join(streamsOf(i), name);
    cpSync(path, copy, { recursive: true });
    if (i >= originals.length) damage(copy, new Random(i));
  }
  // Larger than a stream that is left to one thread, in a block and in a record.
  writeStreamFolder(streamsOf(20), [{ payloads: [900, 1100], blockBytes: 5 * MIB }]);
  for (const i of PACKED) writeLargeRecord(streamsOf(i));
  writeFileSync(join(store, 'jetstream/A17/streams/no stream'), '');
  makeReadable();
  chmodSync(join(streamsOf(60), readdirSync(streamsOf(60))[0] ?? ''), 0o000);
  for (const file of filesBelow(streamsOf(61))) if (file.endsWith('meta.inf')) chmodSync(file, 0o000);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Few accounts have many streams. */
function streamsOf(i: number): string {
  return join(store, `jetstream/A${i}/streams`);
}

/** A bit, a piece, a file: what is lost on disks. */
function damage(path: string, random: Random): void {
  const files = filesBelow(path);
  const file = files[random.below(files.length)] ?? '';
  const kind = random.below(6);
  if (kind === 0) return;
  if (kind === 1) return rmSync(file);
  editFile(file, (bytes) => {
    const at = random.below(Math.max(1, bytes.length));
    if (kind === 2) return bytes.subarray(0, at);
    if (kind === 3) return bytes.fill(0, at, Math.min(bytes.length, at + 1 + random.below(4096)));
    if (kind === 4) return Buffer.concat([bytes.subarray(0, at), Buffer.from('more'), bytes.subarray(at)]);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  });
}

/** A stream of some hundred KiB that makes whoever reads it hold 8 MiB. */
function writeLargeRecord(streams: string): void {
  const path = writeMessages(streams, 'PACKED', []);
  const block = record(hashKey('PACKED-1'), 1n, 'packed', Buffer.alloc(8 * MIB, 'natsarc '));
  const chunks: Buffer[] = [];
  const encoder = new S2Encoder((bytes) => void chunks.push(Buffer.from(bytes)));
  encoder.write(block.subarray(0, -8));
  encoder.end();
  const size = Buffer.from([0x80 | (block.length & 0x7f), 0x80 | ((block.length >> 7) & 0x7f)]);
  const sizeEnd = Buffer.from([0x80 | ((block.length >> 14) & 0x7f), block.length >> 21]);
  const head = Buffer.from([...Buffer.from('cmp'), 1]);
  writeFileSync(
    join(path, 'msgs/1.blk'),
    Buffer.concat([head, size, sizeEnd, ...chunks, block.subarray(-8)]),
  );
}

/** For somebody else than root, who may read what is closed to others. */
function makeReadable(): void {
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chmodSync(join(folder, name), 0o755);
}

function verified(jobs: number, environment: NodeJS.ProcessEnv = {}, more: readonly string[] = []): unknown {
  const uid = process.getuid?.() === 0 ? NOBODY : undefined;
  const args = ['verify', '--json', '--jobs', String(jobs), '--at', '2026-11-21T00:00:00Z', ...more, store];
  const { exit, stdout, stderr } = runCli(args, undefined, uid, environment);
  return { exit, stderr, report: JSON.parse(stdout) as unknown };
}

describe('many small streams are verified alike with one thread and with several', () => {
  it('whole, damaged, encrypted, closed, large', () => {
    const alone = verified(1);
    expect(alone).toMatchObject({
      exit: 2,
      stderr: '',
      report: { checked: { streams: STREAMS + 1 + PACKED.length } },
    });
    const { report } = alone as { report: { findings: { code: string; account?: string }[] } };
    const codes = new Set(report.findings.map(({ code }) => code));
    expect(codes.size).toBeGreaterThan(20);
    expect(codes).toContain('ENC_KEY_REQUIRED');
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'SRC_UNREADABLE', account: 'A60' }),
    );
    expect(report.findings).toContainEqual(
      expect.objectContaining({ code: 'SRC_UNREADABLE', account: 'A61' }),
    );
    for (const jobs of [2, 4]) expect(verified(jobs)).toEqual(alone);
  });

  it('some of them', () => {
    const names = new Set(Array.from({ length: STREAMS }, (_, i) => readdirSync(streamsOf(i))).flat());
    const some = [...names].filter((name) => name !== 'PACKED').flatMap((name) => ['--stream', name]);
    const alone = verified(1, {}, some);
    expect(alone).toMatchObject({ report: { checked: { streams: STREAMS + 1 } } });
    expect(verified(4, {}, some)).toEqual(alone);
  });

  it('where no thread starts', () => {
    const hook = join(ROOT, 'test/support/no-threads.cjs');
    expect(verified(4, { NODE_OPTIONS: `--require ${hook}` })).toEqual(verified(1));
  });
});
