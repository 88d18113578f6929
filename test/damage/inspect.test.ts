import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectArchive } from '../../src/operation/inspect/run.ts';
import type { StreamReport } from '../../src/operation/types.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { verifyArchive } from '../../src/operation/verify/run.ts';
import { CAPTURES, copyOf, flipBit, recordsOf, tempFolder } from '../support/damage.ts';
import { chunkOffsets, framed, unframed } from '../support/frames.ts';
import { runCli } from '../support/run-cli.ts';

const BACKUP = '2.14.5-full/backups/$G/ORDERS';
const V2_BACKUP = '2.15.2-full/backups/$G/ORDERS';
const STORE = '2.14.5-full/store/jetstream/$G/streams/ORDERS';
const DATA = 'stream.tar.s2';
const CHUNK_BYTES = 8192;

interface Inspected {
  readonly stream: StreamReport;
  readonly codes: readonly string[];
}

async function inspected(path: string, deep: boolean): Promise<Inspected> {
  const { accounts, findings } = await inspectArchive(path, { deep });
  const [stream] = accounts.flatMap(({ streams }) => streams);
  if (stream === undefined) throw new Error('no stream');
  return { stream, codes: codesOf(findings) };
}

function codesOf(findings: readonly Finding[]): string[] {
  return findings.map(({ code }) => code).toSorted();
}

/** A backup of many chunks, changed. */
function chunked(edit: (bytes: Buffer, offsets: readonly number[]) => Uint8Array): string {
  const path = copyOf(BACKUP);
  const bytes = framed(unframed(readFileSync(join(path, DATA))), CHUNK_BYTES);
  writeFileSync(join(path, DATA), edit(bytes, chunkOffsets(bytes)));
  return path;
}

describe('a snapshot that is cut', () => {
  it.each([0.1, 0.4, 0.7, 0.95])('at %f of its length: inspect finds what verify finds', async (part) => {
    const path = chunked((bytes) => bytes.subarray(0, bytes.length * part));
    const verified = await verifyArchive(path);
    const found = codesOf(verified.findings);
    for (const deep of [false, true]) {
      const { stream, codes } = await inspected(path, deep);
      // Where index.db is left blocks are not read, nor compared with what is declared.
      const isRead = deep || part < 0.9;
      expect(codes).toEqual(isRead ? found : found.filter((code) => !code.startsWith('DECL_')));
      expect(codes).toContain('S2_CUT');
      expect(stream.whole).toBe(false);
      expect(Number(stream.state?.messages)).toBe(Number(verified.streams[0]?.actual?.messages));
    }
    const run = runCli(['inspect', path]);
    expect(run.exit).toBe(3);
    expect(run.stdout).toContain(`\n\nCut off: the end is missing. What is told here is what is left`);
    expect(run.stdout).toContain(`\nnatsarc repair ${path} --out repaired saves what is intact\n`);
    expect(run.stdout).toContain(`\nnatsarc verify ${path} tells what that means\n`);
  });

  it.each([1, 4, 5, 8, 9])('%d bytes into a chunk: it is cut, not damaged', async (moreBytes) => {
    const path = copyOf('2.14.5-full/backups/$G/EDGE');
    const [, , second = 0] = chunkOffsets(readFileSync(join(path, DATA)));
    truncateSync(join(path, DATA), second + moreBytes);
    const { codes } = await inspected(path, false);
    expect(codes).toContain('S2_CUT');
    expect(codes).not.toContain('S2_CHUNK_CORRUPT');
  });

  it.each([BACKUP, V2_BACKUP])('where nothing decodes it tells no form of it: %s', async (backup) => {
    const path = copyOf(backup);
    truncateSync(join(path, DATA), 5_000);
    const { source } = await inspectArchive(path);
    expect(source).toMatchObject({ kind: 'stream-backup', snapshot_format: null });
    expect((await inspectArchive(join(CAPTURES, backup))).source.snapshot_format).not.toBe(null);
  });

  it('V2: with --deep what can be read counts, not what is declared', async () => {
    const path = copyOf(V2_BACKUP);
    truncateSync(join(path, DATA), 30_000);
    const { streams } = await verifyArchive(path);
    const { stream, codes } = await inspected(path, true);
    expect(codes).toContain('S2_CUT');
    expect(stream.whole).toBe(false);
    expect(Number(stream.state?.messages)).toBe(Number(streams[0]?.actual?.messages));
  });
});

describe('a chunk that is damaged', () => {
  const damaged = (place: (offsets: readonly number[]) => number): string =>
    chunked((bytes, offsets) => {
      const at = place(offsets) + 20;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    });

  it('in a block: --deep finds it, and takes nothing for whole that it did not read', async () => {
    const path = damaged((offsets) => offsets[8] ?? 0);
    expect(await inspected(path, false)).toMatchObject({ codes: [], stream: { whole: null } });
    const verified = await verifyArchive(path);
    const { stream, codes } = await inspected(path, true);
    expect(codes).toEqual(codesOf(verified.findings));
    expect(codes).toContain('S2_CRC_MISMATCH');
    expect(stream.whole).toBe(false);
    expect(Number(stream.state?.messages)).toBe(Number(verified.streams[0]?.actual?.messages));
  });

  it('in which consumers stand: --deep finds it', async () => {
    const path = damaged((offsets) => offsets.at(-2) ?? 0);
    const { stream, codes } = await inspected(path, true);
    expect(codes).toContain('S2_CRC_MISMATCH');
    expect(stream.whole).toBe(false);
  });
});

describe('a record that is damaged, beside a current index', () => {
  it('--deep counts it as found no more, and not as deleted', async () => {
    const path = copyOf(STORE);
    const block = join(path, 'msgs/1.blk');
    const records = recordsOf(readFileSync(block)).filter(({ seq }) => seq === 40n || seq === 41n);
    expect(records).toHaveLength(2);
    for (const { at, length } of records) flipBit(block, at + length - 1);
    const before = await inspected(join(CAPTURES, STORE), true);
    const plain = await inspected(path, false);
    const deep = await inspected(path, true);
    expect(before.stream.whole).toBe(true);
    expect(plain.stream).toMatchObject({ whole: null, state: { messages: before.stream.state?.messages } });
    expect(deep.stream.whole).toBe(false);
    expect(Number(deep.stream.state?.messages)).toBe(Number(before.stream.state?.messages) - 2);
    expect(deep.stream.state?.num_deleted).toBe(before.stream.state?.num_deleted);
    expect(deep.stream.blocks[0]?.messages).toBe((before.stream.blocks[0]?.messages ?? 0) - 2);
    expect(deep.stream.blocks[0]?.num_deleted).toBe(before.stream.blocks[0]?.num_deleted);
    const subjects = await inspectArchive(path, { deep: true, subjects: true });
    expect(deep.stream.state?.num_subjects).toBe(subjects.accounts[0]?.streams[0]?.subjects?.length);
  });
});

it('a compressed block that is cut is no end of an archive that is missing', () => {
  const path = copyOf('2.14.5-full/store/jetstream/$G/streams/COMPRESSED');
  truncateSync(join(path, 'msgs/3.blk'), 100);
  const { stdout } = runCli(['inspect', path, '--deep']);
  expect(stdout).toContain('\nS2_CUT ');
  expect(stdout).toContain('\n\nNot whole. What is told here is what is left');
});

it('of several streams a column tells which are not whole', () => {
  const account = copyOf('2.14.5-full/backups/$G');
  truncateSync(join(account, 'ORDERS', DATA), 30_000);
  const { stdout, exit } = runCli(['inspect', account]);
  expect(exit).toBe(3);
  expect(stdout).toMatch(/\n1 of \d+ streams is not whole\. /);
  expect(stdout).toMatch(/^- {8}ORDERS .* no$/m);
  expect(stdout).toMatch(/^- {8}WQ .* -$/m);
  expect(runCli(['inspect', join(CAPTURES, '2.14.5-full/backups/$G')]).stdout).not.toContain('Whole');
});

it('a name with blanks is told as a shell takes it', () => {
  const path = join(tempFolder(), 'a b.tar.s2');
  writeFileSync(path, readFileSync(join(CAPTURES, BACKUP, DATA)).subarray(0, 30_000));
  expect(runCli(['inspect', path]).stdout).toContain(`natsarc repair '${path}' --out repaired saves`);
});
