import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { walkTar } from '../../src/container/tar/walk.ts';
import { tarFileHeader } from '../../src/container/tar/write.ts';
import { crc32cMasked, encodeS2Block } from '../../src/kernels/index.ts';
import type { RepairResult } from '../../src/operation/repair/types.ts';
import { MemorySource } from '../../src/source/memory.ts';
import { CAPTURES, flipBit, tempFolder } from '../support/damage.ts';
import { backupWith } from '../support/damaged-copies.ts';
import { chunk, chunkOffsets, framed, unframed } from '../support/frames.ts';
import { runCli } from '../support/run-cli.ts';
import { repaired } from '../support/repaired.ts';

const BACKUP = '2.14.5-full/backups/$G/ORDERS';
const DATA = 'stream.tar.s2';
const TAR = unframed(readFileSync(join(CAPTURES, BACKUP, DATA)));
const CHUNK_BYTES = 4096;

/** Where the position of each consumer lies in a tar. */
function positionsIn(tar: Uint8Array): { consumer: string; from: number; to: number }[] {
  return walkTar(new MemorySource(tar)).entries.flatMap(({ path, offsetBytes, sizeBytes }) => {
    const consumer = /^obs\/(.*)\/o\.dat$/.exec(path)?.[1];
    return consumer === undefined ? [] : [{ consumer, from: offsetBytes, to: offsetBytes + sizeBytes }];
  });
}

const POSITIONS = positionsIn(TAR);
const ALL = POSITIONS.map(({ consumer }) => consumer).toSorted();

/** Consumers of which a note with this code tells. */
function doubted({ loss }: RepairResult, code: string): string[] {
  return loss.notes.filter((note) => note.code === code && note.loss).map(({ consumer }) => consumer ?? '');
}

/** One compressed chunk, with the CRC of other bytes. */
function packedChunk(bytes: Uint8Array, summed: Uint8Array): Buffer {
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32cMasked(summed));
  const encoded = encodeS2Block(bytes);
  if (encoded === null) throw new Error('does not get smaller');
  return chunk(0, Buffer.concat([crc, encoded]));
}

describe('positions that stand in a damaged chunk', () => {
  it('the capture, one chunk: every consumer is named, and the exit code is 3', async () => {
    const path = backupWith(readFileSync(join(CAPTURES, BACKUP, DATA)), BACKUP);
    flipBit(join(path, DATA), 52_880, 0);
    const result = await repaired(path);
    expect(doubted(result, 'S2_CRC_MISMATCH')).toEqual(ALL);
    expect(result.isLossy).toBe(true);
    const report = join(tempFolder(), 'loss.json');
    const out = join(tempFolder(), 'out');
    const { exit, stdout } = runCli(['repair', path, '--out', out, '--json', '--loss-report', report]);
    expect(exit).toBe(3);
    for (const consumer of ALL) {
      const text = 'its position stands in a damaged chunk: it was taken as it can be read';
      expect((JSON.parse(stdout) as { notes: string[] }).notes).toContain(
        `ORDERS, consumer ${consumer}: ${text}`,
      );
      expect((JSON.parse(readFileSync(report, 'utf8')) as { notes: unknown[] }).notes).toContainEqual({
        code: 'S2_CRC_MISMATCH',
        account: null,
        stream: 'ORDERS',
        consumer,
        text,
        loss: true,
      });
    }
  });

  it.each(POSITIONS)('$consumer, and those in its chunk', async ({ consumer, to }) => {
    const snapshot = framed(TAR, CHUNK_BYTES);
    // The last byte of a position can change without a parser's notice, or breaks it.
    const at = to - 1;
    const chunkAt = chunkOffsets(snapshot)[1 + Math.floor(at / CHUNK_BYTES)] ?? 0;
    const place = chunkAt + 8 + (at % CHUNK_BYTES);
    expect(snapshot[place]).toBe(TAR[at]);
    snapshot[place] = (snapshot[place] ?? 0) ^ 1;
    const result = await repaired(backupWith(snapshot, BACKUP));
    const start = at - (at % CHUNK_BYTES);
    const near = POSITIONS.filter((other) => other.from < start + CHUNK_BYTES && other.to > start);
    const told = [...doubted(result, 'S2_CRC_MISMATCH'), ...doubted(result, 'CON_STATE_CORRUPT')];
    expect(told.toSorted()).toEqual(near.map((other) => other.consumer).toSorted());
    expect(told).toContain(consumer);
  });

  it('a large compressed chunk of which little more than the head is asked for', async () => {
    const first = Math.min(...POSITIONS.map(({ from }) => from)) - 512;
    const last = walkTar(new MemorySource(TAR)).entries.at(-1);
    const end = Math.ceil(((last?.offsetBytes ?? 0) + (last?.sizeBytes ?? 0)) / 512) * 512;
    const unread = Buffer.alloc(900_096, 'x');
    const parts = [
      TAR.subarray(first, end),
      tarFileHeader('msgs/x', unread.length),
      unread,
      Buffer.alloc(1024),
    ];
    const tail = Buffer.concat(parts);
    const changed = Buffer.from(tail);
    const at = (POSITIONS[0]?.to ?? 0) - 1 - first;
    changed[at] = (changed[at] ?? 0) ^ 1;
    const head = framed(TAR.subarray(0, first));
    const ending = framed(Buffer.alloc(1024)).subarray(10);
    const sound = Buffer.concat([head, packedChunk(tail, tail), ending]);
    expect((await repaired(backupWith(sound, BACKUP))).isLossy).toBe(false);
    const result = await repaired(
      backupWith(Buffer.concat([head, packedChunk(changed, tail), ending]), BACKUP),
    );
    const told = [...doubted(result, 'S2_CRC_MISMATCH'), ...doubted(result, 'CON_STATE_CORRUPT')];
    const within = POSITIONS.filter(({ from }) => from >= first).map(({ consumer }) => consumer);
    expect(told.toSorted()).toEqual(within.toSorted());
  });

  it('a sound copy that says the same proves a position', async () => {
    const path = backupWith(readFileSync(join(CAPTURES, BACKUP, DATA)), BACKUP);
    flipBit(join(path, DATA), 52_880, 0);
    const result = await repaired(path, { from: [join(CAPTURES, BACKUP)] });
    const told = doubted(result, 'S2_CRC_MISMATCH');
    // One of them was changed by the flipped bit.
    expect(told.length).toBe(1);
  });

  it('nothing is said of a sound snapshot', async () => {
    const result = await repaired(backupWith(framed(TAR, CHUNK_BYTES), BACKUP));
    expect(result.loss.notes).toEqual([]);
    expect(result.isLossy).toBe(false);
  });
});

it('positions of a .tgz whose CRC does not fit', async () => {
  const whole = readFileSync(join(CAPTURES, '2.2.0-legacy/backups/streams/ORDERS.tgz'));
  const tar = gunzipSync(whole);
  const plain = gzipSync(tar, { level: 0 });
  const path = join(tempFolder(), 'ORDERS.tgz');
  writeFileSync(path, plain);
  expect(doubted(await repaired(path), 'GZIP_CORRUPT')).toEqual([]);
  // A byte of a consumer's position, uncompressed.
  const [position] = positionsIn(tar);
  const bytes = tar.subarray(position?.from, position?.to);
  const at = plain.indexOf(bytes) + bytes.length - 1;
  plain[at] = (plain[at] ?? 0) ^ 1;
  writeFileSync(path, plain);
  const result = await repaired(path);
  const told = [...doubted(result, 'GZIP_CORRUPT'), ...doubted(result, 'CON_STATE_CORRUPT')];
  expect(told.toSorted()).toEqual(
    positionsIn(tar)
      .map((one) => one.consumer)
      .toSorted(),
  );
  expect(result.isLossy).toBe(true);
});
