import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catMessages } from '../../src/operation/cat/run.ts';
import { V2Writer } from '../../src/writer/v2-writer.ts';
import { editFile } from '../support/damage.ts';
import { runCli } from '../support/run-cli.ts';

/** 70 MiB: large enough for threads to walk pieces of it. */
const MESSAGES = 25_000;
const PAYLOAD_BYTES = 2000;
/** Some messages are larger than a window of the walk, and some hold what looks like messages themselves. */
const LARGE = new Map([
  [9_000, Buffer.from(Float64Array.from({ length: 1_100_000 }, (_, i) => Math.sin(i)).buffer)],
  [9_500, Buffer.concat(Array.from({ length: 40_000 }, (_, i) => nested(i)))],
]);

const folder = mkdtempSync(join(tmpdir(), 'natsarc-test-'));
const archive = join(folder, 'stream.tar.s2');

beforeAll(() => {
  const file = openSync(archive, 'w');
  const writer = new V2Writer((bytes) => writeSync(file, bytes));
  const largeBytes = [...LARGE.values()].reduce((sum, { length }) => sum + length - PAYLOAD_BYTES, 0);
  const bytes = MESSAGES * (30 + 'orders.0'.length + PAYLOAD_BYTES) + largeBytes;
  const time = '2026-11-21T00:00:00Z';
  const state = {
    messages: MESSAGES,
    bytes,
    first_seq: 1,
    first_ts: time,
    last_seq: MESSAGES,
    last_ts: time,
  };
  writer.addDocument('state.json', Buffer.from(JSON.stringify({ ...state, consumer_count: 0 })));
  const data = Buffer.alloc(PAYLOAD_BYTES);
  for (let seq = 1; seq <= MESSAGES; seq++) {
    // Half of it packs well.
    for (let at = 0; at < PAYLOAD_BYTES; at += 8) data.writeDoubleLE(Math.sin(seq * at), at);
    data.fill('a', 0, PAYLOAD_BYTES / 2);
    writer.addMessage({
      subject: Buffer.from(`orders.${seq % 10}`),
      timeNs: 1_795_219_200_000_000_000n,
      seq: BigInt(seq),
      header: null,
      data: LARGE.get(seq) ?? data,
    });
  }
  writer.end();
  closeSync(file);
});

afterAll(() => rmSync(folder, { recursive: true }));

function verified(path: string, jobs: number): unknown {
  const run = runCli(['verify', '--json', '--jobs', String(jobs), '--at', '2026-11-21T00:00:00Z', path]);
  return { exit: run.exit, stderr: run.stderr, report: JSON.parse(run.stdout) as unknown };
}

describe('a V2 archive is verified alike with one thread and with several', () => {
  it('sound', () => {
    const alone = verified(archive, 1);
    expect(alone).toMatchObject({
      exit: 0,
      report: { status: 'OK', checked: { messages: MESSAGES }, findings: [] },
    });
    expect(verified(archive, 4)).toEqual(alone);
  });

  it.each([
    ['chunks that do not decode', (path: string) => editFile(path, flip(9_000_001, 17_000_003))],
    ['a chunk within a large message', (path: string) => editFile(path, flip(11_000_003))],
    ['cut', (path: string) => truncateSync(path, 20_000_000)],
    ['a chunk of another type', (path: string) => editFile(path, flip(6))],
  ])('damaged: %s, and counts what cat gives out', async (name, damage) => {
    const path = join(folder, `${name}.s2`);
    copyFileSync(archive, path);
    damage(path);
    const alone = verified(path, 1);
    expect(alone).toMatchObject({ exit: expect.toSatisfy((exit: number) => exit >= 2) as unknown });
    expect(verified(path, 4)).toEqual(alone);
    const { messages } = await catMessages(path, {}, () => {});
    expect(alone).toMatchObject({ report: { checked: { messages } } });
  });
});

/** A message as it lies in an archive. */
function nested(i: number): Buffer {
  const head = [
    6,
    0x80,
    0x80,
    0x90,
    0xfe,
    0xd9,
    0xd3,
    0x84,
    0xea,
    0x31,
    0x80 | (i & 127),
    0x80 | ((i >> 7) & 127),
    i >> 14,
    0,
    200,
    1,
  ];
  return Buffer.concat([Buffer.from(head), Buffer.from('orders'), Buffer.alloc(200, 'x')]);
}

function flip(...offsets: readonly number[]): (bytes: Buffer) => Buffer {
  return (bytes) => {
    for (const at of offsets) bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    return bytes;
  };
}
