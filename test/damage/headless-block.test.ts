import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/codec/highwayhash.ts';
import { crc32cMasked, encodeS2Block } from '../../src/kernels/index.ts';
import { repairArchive } from '../../src/operation/repair/run.ts';
import { codesOf, copyOf, editFile, recordsOf, tempFolder, verifyDamaged } from '../support/damage.ts';
import { chunk, chunkOffsets, IDENTIFIER, unframed } from '../support/frames.ts';
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
  const chunks: Uint8Array[] = [IDENTIFIER];
  for (let at = 0; at < records.length - 8; at += CHUNK_BYTES) {
    const part = records.subarray(at, Math.min(at + CHUNK_BYTES, records.length - 8));
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32cMasked(part));
    const packed = encodeS2Block(part);
    chunks.push(
      packed === null ? chunk(1, Buffer.concat([crc, part])) : chunk(0, Buffer.concat([crc, packed])),
    );
  }
  const stream = Buffer.concat(chunks);
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
