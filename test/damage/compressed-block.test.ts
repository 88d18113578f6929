import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/codec/highwayhash.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { BYTE_DAMAGES, type Hit } from '../support/byte-damages.ts';
import {
  codesOf,
  copyOf,
  editFile,
  flipBit,
  recordsOf,
  tempFolder,
  verifyDamaged,
} from '../support/damage.ts';
import { chunkOffsets, IDENTIFIER, packedInChunks, unframed } from '../support/frames.ts';
import { Random } from '../support/random.ts';
import { repair } from '../support/repaired.ts';
import { record, writeBlocks } from '../support/synthetic-stream.ts';

const COMPRESSED = '2.14.5-full/store/jetstream/$G/streams/COMPRESSED';
const BLOCK = 'msgs/2.blk';
const CHUNK_BYTES = 8192;

/** A capture whose second block is compressed in several chunks; what it decodes to, and where they begin. */
function inSmallChunks(): { path: string; records: Buffer; chunksAt: number[] } {
  const path = copyOf(COMPRESSED);
  const bytes = readFileSync(join(path, BLOCK));
  const streamAt = bytes.indexOf(IDENTIFIER);
  const trailer = bytes.subarray(-8);
  const records = Buffer.concat([unframed(bytes.subarray(streamAt, -8)), trailer]);
  const stream = packedInChunks(records.subarray(0, -8), CHUNK_BYTES);
  writeFileSync(join(path, BLOCK), Buffer.concat([bytes.subarray(0, streamAt), stream, trailer]));
  return {
    path,
    records,
    chunksAt: chunkOffsets(stream)
      .slice(1)
      .map((at) => streamAt + at),
  };
}

describe('a compressed block that does not begin as one', () => {
  it.each([1, 4, 7, 16])('%d bytes are zeroed: every message is kept', async (zeros) => {
    const { path } = inSmallChunks();
    editFile(join(path, BLOCK), (bytes) => bytes.fill(0, 0, zeros));
    expect(codesOf(await verifyDamaged(path))).toEqual(['BLK_HEAD_DAMAGED']);
    const { missing, invented } = await repair(path, COMPRESSED);
    expect({ missing, invented }).toEqual({ missing: [], invented: [] });
  });

  it.each([0, 0x30, 0xff])('its first chunk is overwritten with %d: all others are read', async (byte) => {
    const { path, records, chunksAt } = inSmallChunks();
    expect(chunksAt.length).toBeGreaterThan(3);
    editFile(join(path, BLOCK), (bytes) => bytes.fill(byte, 0, (chunksAt[0] ?? 0) + 500));
    const report = await verifyDamaged(path);
    expect(codesOf(report)).toEqual(['BLK_HEAD_DAMAGED']);
    const { missing, invented } = await repair(path, COMPRESSED);
    const inFirst = recordsOf(records).filter(({ at }) => at < CHUNK_BYTES);
    expect({ missing, invented }).toEqual({ missing: inFirst.map(({ seq }) => seq), invented: [] });
  });
});

it('a chunk that says it is not compressed is read as it is', async () => {
  const { path, chunksAt } = inSmallChunks();
  for (const at of chunksAt) {
    const damaged = copyOf(path);
    flipBit(join(damaged, BLOCK), at);
    const { missing, invented, stream } = await repair(damaged, COMPRESSED);
    expect({ missing, invented, lost: stream.lost }).toEqual({ missing: [], invented: [], lost: 0n });
  }
});

it('a plain block whose first record is damaged is none, whatever its messages hold', async () => {
  const { path: inner, chunksAt } = inSmallChunks();
  const chunks = readFileSync(join(inner, BLOCK)).subarray(chunksAt[0]);
  const path = writeBlocks(tempFolder(), 'MADE', [{ number: 1, messages: [] }]);
  const key = hashKey('MADE-1');
  const payloads = [Buffer.from('first'), chunks, Buffer.from('last')];
  const block = Buffer.concat(payloads.map((payload, i) => record(key, BigInt(i + 1), 'made', payload)));
  block[0] = 0;
  writeFileSync(join(path, 'msgs/1.blk'), block);
  expect(codesOf(await verifyDamaged(path))).toContain('BLK_LENGTH_IMPLAUSIBLE');
  const { loss } = await repairArchive(path, { target: join(tempFolder(), 'out') });
  expect(loss.streams[0]).toMatchObject({ recovered: 2n, lost: 1n });
});

it('damage costs no message outside of the chunks that it hits', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = new Random(seed);
    const { path, records, chunksAt } = inSmallChunks();
    const size = readFileSync(join(path, BLOCK)).length;
    // Beginnings are hit as often as all the rest.
    const at = random.below(random.below(2) === 0 ? 24 : size);
    const damage = random.pick(BYTE_DAMAGES);
    let hit: Hit = [0, 0];
    editFile(join(path, BLOCK), (bytes) => {
      const [damaged, where] = damage(bytes, at, random);
      hit = where;
      return damaged;
    });
    const { missing, invented } = await repair(path, COMPRESSED);
    const ends = [...chunksAt.slice(1), size - 8];
    const isHit = (chunk: number): boolean => hit[0] < (ends[chunk] ?? 0) && hit[1] > (chunksAt[chunk] ?? 0);
    const isOut = ({ at: from, length }: { at: number; length: number }): boolean => {
      const [first, last] = [from, from + length - 1].map((offset) => Math.floor(offset / CHUNK_BYTES));
      for (let chunk = first ?? 0; chunk <= (last ?? 0); chunk++) if (isHit(chunk)) return true;
      return from + length === records.length && hit[1] > size - 8;
    };
    const mayMiss = new Set(
      recordsOf(records)
        .filter(isOut)
        .map(({ seq }) => seq),
    );
    const wronged = missing.filter((seq) => !mayMiss.has(seq));
    expect({ seed, damage: BYTE_DAMAGES.indexOf(damage), hit, wronged, invented }).toEqual({
      seed,
      damage: BYTE_DAMAGES.indexOf(damage),
      hit,
      wronged: [],
      invented: [],
    });
  }
});
